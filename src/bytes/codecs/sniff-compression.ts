import type { Compression } from './compression.ts';

export const XZ_MAGIC = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00);
const ZSTD_MAGIC = 0xfd2fb528;
const LZ4_MAGIC = 0x184d2204;
const LZ4_LEGACY_MAGIC = 0x184c2102;
const SKIPPABLE_MAGIC = 0x184d2a50; // to ...5f, of zstd and LZ4 alike

const LZMA_HEADER_BYTES = 13;
const LZMA_UNKNOWN_SIZE = 0xffff_ffff_ffff_ffffn;
const MAX_LZMA_PROPERTIES = 9 * 5 * 5;

/**
 * What a file that begins so is compressed with. zlib and lzma have no magic: what looks like them may fail to
 * inflate at once. Raw deflate cannot be recognised.
 */
export function sniffCompression(head: Uint8Array): Compression | undefined {
  const [a, b, c, d = 0] = head;
  if (a === 0x1f && b === 0x8b && c === 8) return 'gzip';
  if (a === 0x42 && b === 0x5a && c === 0x68 && d >= 0x31 && d <= 0x39) return 'bzip2';
  if (XZ_MAGIC.every((byte, i) => head[i] === byte)) return 'xz';
  return sniffFrame(head) ?? (startsZlib(head) ? 'zlib' : startsLzma(head) ? 'lzma' : undefined);
}

function sniffFrame(head: Uint8Array): Compression | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let at = 0;
  while (at + 4 <= head.length) {
    const magic = view.getUint32(at, true);
    if (magic === ZSTD_MAGIC) return 'zstd';
    if (magic === LZ4_MAGIC) return 'lz4';
    if (magic === LZ4_LEGACY_MAGIC) return 'lz4-legacy';
    if (magic >>> 4 !== SKIPPABLE_MAGIC >>> 4) return undefined;
    // Frames to skip may come first; where they lead out of sight, zstd is the likelier.
    if (at + 8 > head.length) break;
    at += 8 + view.getUint32(at + 4, true);
  }
  return at > 0 ? 'zstd' : undefined;
}

export function startsZlib(head: Uint8Array): boolean {
  const [method = 0, flags = 0, first = 0] = head;
  const hasHeader = (method & 0x0f) === 8 && method >>> 4 <= 7 && ((method << 8) | flags) % 31 === 0;
  // The fourth type of block does not exist.
  return head.length >= 2 && hasHeader && ((first >>> 1) & 3) !== 3;
}

/** By what writers put into the header, as xz and `file` do. */
function startsLzma(head: Uint8Array): boolean {
  if (head.length <= LZMA_HEADER_BYTES) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.getUint8(0) >= MAX_LZMA_PROPERTIES || view.getUint8(LZMA_HEADER_BYTES) !== 0) return false;
  const size = view.getBigUint64(5, true);
  return (size === LZMA_UNKNOWN_SIZE || size < 2n ** 38n) && isUsualDictionary(view.getUint32(1, true));
}

/** A power of two, or one and a half of it. */
function isUsualDictionary(bytes: number): boolean {
  if (bytes === 0xffff_ffff) return true;
  const lowest = (bytes & -bytes) >>> 0;
  return bytes >= 4096 && (bytes === lowest || bytes === lowest * 3);
}
