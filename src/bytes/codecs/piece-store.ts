import { type ByteSource, checkRange } from '../byte-source.ts';
import { copyBytes } from '../copy-bytes.ts';

/** Bytes that come in pieces, kept in blocks, so that they never need to lie in one piece of memory. */
export interface PieceStore {
  push(piece: Uint8Array): void;
  /** A copy of the first bytes, at most `length`. */
  head(length: number): Uint8Array;
  /** All that was pushed; nothing is pushed after this. */
  source(): ByteSource;
}

const BLOCK_BYTES = 64 * 1024;

export function createPieceStore(): PieceStore {
  const blocks: Uint8Array[] = [];
  let sizeBytes = 0;

  function push(piece: Uint8Array): void {
    for (let done = 0; done < piece.length; ) {
      const at = sizeBytes % BLOCK_BYTES;
      if (at === 0) blocks.push(new Uint8Array(BLOCK_BYTES));
      const part = piece.subarray(done, done + BLOCK_BYTES - at);
      blocks.at(-1)?.set(part, at);
      done += part.length;
      sizeBytes += part.length;
    }
  }

  function read(offset: number, length: number): Uint8Array {
    const index = Math.floor(offset / BLOCK_BYTES);
    const start = offset % BLOCK_BYTES;
    if (start + length <= BLOCK_BYTES)
      return (blocks[index] ?? new Uint8Array(0)).subarray(start, start + length);
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const from = offset + at;
      const block = blocks[Math.floor(from / BLOCK_BYTES)] ?? new Uint8Array(0);
      const part = block.subarray(from % BLOCK_BYTES).subarray(0, length - at);
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  return {
    push,
    head: (length) => copyBytes(read(0, Math.min(length, sizeBytes))),
    source() {
      const last = blocks.pop();
      if (last !== undefined) blocks.push(copyBytes(last, 0, sizeBytes - blocks.length * BLOCK_BYTES));
      return {
        sizeBytes,
        async read(offset, length) {
          checkRange(sizeBytes, offset, length);
          return read(offset, length);
        },
      };
    },
  };
}
