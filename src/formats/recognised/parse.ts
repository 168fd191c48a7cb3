import type { Parser } from '../format.ts';
import type { RecognisedDocument } from './format.ts';
import type { Signature } from './signatures.ts';

/** A parser that says what a file is, and that it was not read. */
export function createRecognisedParser({ id, title, why }: Signature): Parser<RecognisedDocument> {
  return async () => ({
    kind: id,
    title,
    dataBytes: 0,
    gaps: [{ code: 'unsupported', detail: `${title}: ${why}` }],
    members: [],
  });
}
