import type { Anomaly } from '../anomaly.ts';
import type { Format, FormatDocument } from '../format.ts';
import { type TextEncoding, textOfHead } from './text-head.ts';

/** Text that nothing runs: prose, tables, lists, word lists, settings. */
export const textFormat: Format<TextDocument> = {
  id: 'text',
  version: 1,
  title: 'Plain text',
  extensions: ['.txt', '.md', '.rst', '.csv', '.tsv', '.yaml', '.yml', '.toml', '.ini', '.cfg', '.log'],
  recognise: (sample) => textOfHead(sample) !== undefined,
  load: async () => (await import('./parse.ts')).parseText,
};

export interface TextDocument extends FormatDocument {
  readonly kind: 'text';
  readonly encoding: TextEncoding;
  readonly hasBom: boolean;
  readonly anomalies: readonly Anomaly[]; // `lfs-pointer-malformed`
  /** Set when the text stands for another blob (Git LFS). */
  readonly pointer?: LfsPointer;
}

export interface LfsPointer {
  readonly sha256: string | undefined; // as written, when it is well-formed
  readonly sizeBytes: number | undefined;
}
