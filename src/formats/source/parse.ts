import type { ByteSource } from '#bytes';
import type { ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import { lastSegment } from '../last-segment.ts';
import type { SourceDocument } from './format.ts';
import { languageOf } from './languages.ts';

/** Enough for a `#!` line: the kernel reads 256 bytes of it. */
const HEAD_BYTES = 256;

/** @throws {FormatError} `bad-magic` when neither name nor first line names a language */
export async function parseSource(source: ByteSource, context: ParseContext): Promise<SourceDocument> {
  const head = await source.read(0, Math.min(source.sizeBytes, HEAD_BYTES));
  const language = languageOf(lastSegment(context.name), new TextDecoder().decode(head));
  if (language === undefined) throw new FormatError('bad-magic', 0, 'expected a language by name or `#!`');
  return {
    kind: 'source',
    language,
    dataBytes: 0,
    gaps: [{ code: 'unsupported', detail: `source code (${language}) is not analysed yet` }],
    members: [],
  };
}
