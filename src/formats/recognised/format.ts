import type { Format, FormatDocument } from '../format.ts';
import { matchesSignature } from './match-signature.ts';
import { SIGNATURES, type Signature } from './signatures.ts';

/** A file whose kind is known and whose content is not read. Its kind is the id of its signature. */
export interface RecognisedDocument extends FormatDocument {
  readonly title: string;
}

/** One format for each signature. */
export const RECOGNISED_FORMATS: readonly Format<RecognisedDocument>[] = SIGNATURES.map(createFormat);

function createFormat(signature: Signature): Format<RecognisedDocument> {
  return {
    id: signature.id,
    version: 1,
    title: signature.title,
    extensions: signature.extensions,
    recognise: (sample) => matchesSignature(signature, sample),
    load: async () => (await import('./parse.ts')).createRecognisedParser(signature),
  };
}
