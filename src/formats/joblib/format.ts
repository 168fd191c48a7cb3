import type { Anomaly } from '../anomaly.ts';
import type { Format, FormatDocument } from '../format.ts';
import type { PickleProgram } from '../pickle/document.ts';
import { recognisePickle } from '../pickle/format.ts';

/** A pickle with the numbers of arrays between its opcodes. */
export const joblibFormat: Format<JoblibDocument> = {
  id: 'joblib',
  version: 1,
  title: 'joblib',
  extensions: ['.joblib'],
  refines: 'pickle',
  recognise(sample) {
    const { head, sizeBytes } = sample;
    if (hasWrapperName(head)) return isBinaryPickle(head) || recognisePickle(sample);
    // A vocabulary may come before the first array: of a large pickle only its parser can say.
    return sizeBytes > head.length && isBinaryPickle(head);
  },
  load: async () => (await import('./parse.ts')).parseJoblib,
};

export interface JoblibDocument extends FormatDocument {
  readonly kind: 'joblib';
  readonly arrays: number; // stored as plain numbers
  readonly objectArrays: number; // each with a pickle of its own
  readonly sideFiles: readonly string[]; // arrays in other files, as old versions wrote them
  /** As joblib reads them: the outer program first, then the pickles inside it. */
  readonly programs: readonly PickleProgram[];
  readonly anomalies: readonly Anomaly[]; // `array-not-understood`, `second-reading`, `side-file-escape`, `trailing-bytes`
}

function hasWrapperName(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('numpy_pickle');
}

function isBinaryPickle(head: Uint8Array): boolean {
  const protocol = head[1] ?? 0;
  return head[0] === 0x80 && protocol >= 2 && protocol <= 5;
}
