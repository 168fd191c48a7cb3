import { type ByteSource, checkRange } from '../byte-source.ts';

/** Bytes that are in memory already; reads are views of them. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    async read(offset, length) {
      checkRange(bytes.length, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
}
