import type { ByteSource } from '#bytes';

const HELD_BYTES = 256 * 1024;

/** Holds the last piece that was read, so that a file of many small pickles is not read once for each. */
export function heldSource(source: ByteSource): ByteSource {
  let heldOffset = 0;
  let held: Uint8Array = new Uint8Array(0);
  return {
    sizeBytes: source.sizeBytes,
    async read(offset, length) {
      if (length > HELD_BYTES) return await source.read(offset, length);
      const isHeld = offset >= heldOffset && offset + length <= heldOffset + held.length;
      if (!isHeld) {
        held = await source.read(offset, Math.max(length, Math.min(HELD_BYTES, source.sizeBytes - offset)));
        heldOffset = offset;
      }
      return held.subarray(offset - heldOffset, offset - heldOffset + length);
    },
  };
}
