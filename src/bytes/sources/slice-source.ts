import { type ByteSource, checkRange } from '../byte-source.ts';

/**
 * A region of another source.
 *
 * @throws {BytesError} `out-of-range` when the region is not inside the source
 */
export function sliceSource(source: ByteSource, offset: number, length: number): ByteSource {
  checkRange(source.sizeBytes, offset, 0);
  checkRange(source.sizeBytes, offset + length, 0);
  checkRange(length, 0, 0);
  const { readInto } = source;
  return {
    sizeBytes: length,
    ...(readInto !== undefined && {
      async readInto(at: number, target: Uint8Array) {
        checkRange(length, at, target.length);
        await readInto(offset + at, target);
      },
    }),
    async read(at, wanted) {
      checkRange(length, at, wanted);
      return source.read(offset + at, wanted);
    },
  };
}
