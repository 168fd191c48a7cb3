import { type ByteSource, BytesError } from '#bytes';
import type { Brand } from '#kernel';
import { HEAD_BYTES, TAIL_BYTES } from './limits.ts';

/** The whole of a small file; the head of a larger one followed by its tail. */
export type Ends = Brand<Uint8Array, 'Ends'>;

/** Bytes that the ends of a file of this size have. */
export function endsBytes(sizeBytes: number): number {
  return Math.min(sizeBytes, HEAD_BYTES + TAIL_BYTES);
}

export function isEnds(bytes: Uint8Array, sizeBytes: number): bytes is Ends {
  return bytes.length === endsBytes(sizeBytes);
}

/**
 * Reads the ends that formats are recognised from: one read for a small file, two at once for a large one.
 *
 * @throws {BytesError}
 */
export async function readEnds(source: ByteSource): Promise<Ends> {
  const { sizeBytes } = source;
  const bytes =
    sizeBytes <= HEAD_BYTES + TAIL_BYTES ? await source.read(0, sizeBytes) : await readBoth(source);
  if (!isEnds(bytes, sizeBytes)) throw new BytesError('truncated', 'a read gave fewer bytes than asked for');
  return bytes;
}

async function readBoth(source: ByteSource): Promise<Uint8Array> {
  const [head, tail] = await Promise.all([
    source.read(0, HEAD_BYTES),
    source.read(source.sizeBytes - TAIL_BYTES, TAIL_BYTES),
  ]);
  const bytes = new Uint8Array(HEAD_BYTES + TAIL_BYTES);
  bytes.set(head);
  bytes.set(tail, HEAD_BYTES);
  return bytes;
}

export function headOf(ends: Ends): Uint8Array {
  return ends.subarray(0, HEAD_BYTES);
}

export function tailOf(ends: Ends): Uint8Array {
  return ends.subarray(Math.max(0, ends.length - TAIL_BYTES));
}

/** Serves what lies inside the ends from memory, and everything else from the source. */
export function sourceWithEnds(source: ByteSource, ends: Ends): ByteSource {
  const { sizeBytes } = source;
  const isWhole = ends.length === sizeBytes;
  const headEnd = isWhole ? sizeBytes : HEAD_BYTES;
  const tailStart = sizeBytes - TAIL_BYTES;
  return {
    sizeBytes,
    async read(offset, length) {
      // What is not a range inside the file is the source's to refuse.
      if (Number.isSafeInteger(offset) && offset >= 0 && length >= 0 && offset + length <= sizeBytes) {
        if (offset + length <= headEnd) return ends.subarray(offset, offset + length);
        if (offset >= tailStart && !isWhole) {
          const start = offset - tailStart + HEAD_BYTES;
          return ends.subarray(start, start + length);
        }
      }
      return source.read(offset, length);
    },
  };
}
