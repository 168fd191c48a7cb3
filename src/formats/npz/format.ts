import type { ZipFact } from '#bytes';
import type { Format, FormatDocument } from '../format.ts';
import { isZip } from '../zip/format.ts';

/** A zip archive of NumPy arrays. */
export const npzFormat: Format<NpzDocument> = {
  id: 'npz',
  version: 1,
  title: 'NumPy archive',
  extensions: ['.npz'],
  refines: 'zip',
  // The name of the first entry; spares other archives a second reading.
  recognise: (sample) => isZip(sample) && bufferOf(sample.head).includes('.npy'),
  load: async () => (await import('./parse.ts')).parseNpz,
};

export interface NpzDocument extends FormatDocument {
  readonly kind: 'npz';
  readonly arrays: number;
  readonly facts: readonly ZipFact[]; // grows while members are read
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
