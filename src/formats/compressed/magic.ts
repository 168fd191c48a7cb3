import type { Compression } from '#bytes';

export interface Compressed {
  readonly compression: Compression;
  readonly headerBytes: number; // before the stream, of a container of its own
}

const MAGICS: readonly (readonly [Compression, string])[] = [
  ['gzip', '\x1f\x8b\x08'],
  ['xz', '\xfd7zXZ\0'],
  ['zstd', '\x28\xb5\x2f\xfd'],
  ['lz4', '\x04"M\x18'],
  ['lz4-legacy', '\x02!L\x18'],
];
/** Behind `BZh` and a digit: the start of a block, or of the end. */
const BZIP2 = ['1AY&SY', '\x17rE8P\x90'];
/** Bytes of a frame that readers of zstd and of lz4 skip, without its low four bits. */
const SKIPPABLE = 0x184d2a5;

/** joblib 0.9: `ZF`, the inflated length in hex, blanks up to 21 (or, before 0.8.4, 22) bytes. */
const ZFILE = /^ZF0x[0-9a-f]{1,17}L? */;
const ZFILE_BYTES = [21, 22];

/** What a file is compressed with, by its first bytes. */
export function compressionOf(head: Uint8Array): Compressed | undefined {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(64, head.length)).toString('latin1');
  const found = MAGICS.find(([, magic]) => start.startsWith(magic));
  if (found !== undefined) return { compression: found[0], headerBytes: 0 };
  if (/^BZh[1-9]/.test(start) && BZIP2.some((magic) => start.startsWith(magic, 4))) {
    return { compression: 'bzip2', headerBytes: 0 };
  }
  const skippable = behindSkippable(head);
  if (skippable !== undefined) return { compression: skippable, headerBytes: 0 };
  if (isZlib(head)) return { compression: 'zlib', headerBytes: 0 };
  if (isLzma(head)) return { compression: 'lzma', headerBytes: 0 };
  const headerBytes = ZFILE.exec(start)?.[0].length ?? 0;
  return ZFILE_BYTES.includes(headerBytes) ? { compression: 'zlib', headerBytes } : undefined;
}

/**
 * Method 8, a window of at most 32 KiB, check bits. As two bytes are little, the first block must be one of the three
 * types, and a stored one must have its length twice. A text may begin so (`(S`, `HK`): it counts only with the `x` of the
 * usual window, by which loaders tell zlib.
 *
 * @see RFC 1950, section 2.2
 */
function isZlib(head: Uint8Array): boolean {
  const [first = 0, second = 0, block = 0] = head;
  if (head.length < 6 || (first & 0x0f) !== 8 || first > 0x78) return false;
  if (((first << 8) | second) % 31 !== 0 || (second & 0x20) !== 0) return false;
  if (first !== 0x78 && /^[\t\n\r -~]+$/.test(Buffer.from(head.subarray(0, 64)).toString('latin1')))
    return false;
  const type = (block >> 1) & 3;
  if (type !== 0) return type !== 3;
  const length = (head[3] ?? 0) | ((head[4] ?? 0) << 8);
  const complement = (head[5] ?? 0) | ((head[6] ?? 0) << 8);
  return (length ^ complement) === 0xffff;
}

/**
 * The form without magic: properties as every writer sets them, a dictionary of 2^n or 2^n + 2^(n-1) bytes, and a
 * length that is unknown or below a pebibyte.
 *
 * @see LZMA SDK, lzma.txt
 */
function isLzma(head: Uint8Array): boolean {
  if (head.length < 14 || head[0] !== 0x5d || head[13] !== 0) return false;
  const view = new DataView(head.buffer, head.byteOffset);
  const dictionary = view.getUint32(1, true);
  const size = view.getBigUint64(5, true);
  const top = dictionary & -dictionary;
  const isRound = dictionary >>> 0 === top >>> 0 || dictionary >>> 0 === (top >>> 0) * 3;
  return dictionary !== 0 && isRound && (size === 0xffff_ffff_ffff_ffffn || size < 1n << 50n);
}

/** The frame behind skippable ones says whose they are; zstd where the head does not reach it. */
function behindSkippable(head: Uint8Array): Compression | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  let at = 0;
  while (at + 8 <= head.length && view.getUint32(at, true) >>> 4 === SKIPPABLE) {
    at += 8 + view.getUint32(at + 4, true);
  }
  if (at === 0) return undefined;
  return at + 4 <= head.length && view.getUint32(at, true) === 0x184d2204 ? 'lz4' : 'zstd';
}
