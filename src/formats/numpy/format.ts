import type { Anomaly } from '../anomaly.ts';
import type { Format, FormatDocument } from '../format.ts';
import type { PickleProgram } from '../pickle/document.ts';

/** One array or several, one after another. */
export const numpyFormat: Format<NumpyDocument> = {
  id: 'numpy',
  version: 1,
  title: 'NumPy array',
  extensions: ['.npy'],
  recognise: ({ head }) => Buffer.from(head.buffer, head.byteOffset, Math.min(6, head.length)).equals(MAGIC),
  load: async () => (await import('./parse.ts')).parseNumpy,
};

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');

export interface NumpyDocument extends FormatDocument {
  readonly kind: 'numpy';
  readonly arrays: number;
  readonly objectArrays: number; // their elements are pickled
  readonly programs: readonly PickleProgram[]; // of the object arrays, in order
  readonly anomalies: readonly Anomaly[]; // `header-expression`, `header-fields`, `unknown-dtype`, `trailing-bytes`
}
