import type { Format, FormatDocument } from '../format.ts';
import { textOfHead } from '../text/text-head.ts';
import { languageOf } from './languages.ts';

/** Text that something would run: its name or its first line says what. */
export const sourceFormat: Format<SourceDocument> = {
  id: 'source',
  version: 1,
  title: 'Source code',
  extensions: ['.py', '.js', '.ts', '.sh', '.ps1', '.bat', '.rb', '.pl', '.jinja'],
  refines: 'text',
  recognise(sample) {
    const text = textOfHead(sample);
    return text !== undefined && languageOf(sample.name, text) !== undefined;
  },
  load: async () => (await import('./parse.ts')).parseSource,
};

export interface SourceDocument extends FormatDocument {
  readonly kind: 'source';
  readonly language: string;
}
