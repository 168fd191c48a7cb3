import { type ByteSource, checkRange } from '../byte-source.ts';
import { copyBytes } from '../copy-bytes.ts';

/** Pieces of bytes one after the other, readable as one. */
export interface PieceStore {
  push(piece: Uint8Array): void;
  /** All that was pushed; nothing is pushed after this. */
  source(): ByteSource;
}

/** Smaller pieces are copied together: they would cost more in bookkeeping than in bytes. */
const SMALL_BYTES = 16 * 1024;
const SHARED_BYTES = 64 * 1024;

export function createPieceStore(): PieceStore {
  const pieces: Uint8Array[] = [];
  const ends: number[] = [];
  let sizeBytes = 0;
  let shared = new Uint8Array(0);
  let sharedBytes = 0;

  function push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    if (piece.length >= SMALL_BYTES) {
      seal();
      // A view of a much larger buffer would keep all of that.
      add(piece.buffer.byteLength > piece.length * 2 ? copyBytes(piece) : piece);
      return;
    }
    if (sharedBytes + piece.length > shared.length) {
      seal();
      shared = new Uint8Array(SHARED_BYTES);
    }
    shared.set(piece, sharedBytes);
    sharedBytes += piece.length;
  }

  function seal(): void {
    if (sharedBytes === 0) return;
    add(sharedBytes * 2 > SHARED_BYTES ? shared.subarray(0, sharedBytes) : shared.slice(0, sharedBytes));
    shared = new Uint8Array(0);
    sharedBytes = 0;
  }

  function add(piece: Uint8Array): void {
    pieces.push(piece);
    sizeBytes += piece.length;
    ends.push(sizeBytes);
  }

  function find(offset: number): number {
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ends[middle] ?? 0) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  function read(offset: number, length: number): Uint8Array {
    if (length === 0) return new Uint8Array(0);
    let index = find(offset);
    const first = pieces[index] ?? new Uint8Array(0);
    const start = offset - ((ends[index] ?? 0) - first.length);
    if (start + length <= first.length) return first.subarray(start, start + length);
    const bytes = new Uint8Array(length);
    bytes.set(first.subarray(start));
    for (let at = first.length - start; at < length; ) {
      index += 1;
      const piece = pieces[index] ?? new Uint8Array(0);
      bytes.set(piece.subarray(0, length - at), at);
      at += piece.length;
    }
    return bytes;
  }

  return {
    push,
    source() {
      seal();
      const total = sizeBytes;
      return {
        sizeBytes: total,
        async read(offset, length) {
          checkRange(total, offset, length);
          return read(offset, length);
        },
      };
    },
  };
}
