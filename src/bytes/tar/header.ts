/**
 * The header block of a tar member as it stands in its bytes.
 *
 * @see POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"
 */

export const BLOCK_BYTES = 512;
/** In a block that continues an old GNU sparse map: whether another follows. */
export const SPARSE_EXTENSION_FLAG_AT = 504;

const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;
const TYPE_AT = 156;
const MAGIC_AT = 257;
const PREFIX_AT = 345;
const GNU_IS_EXTENDED_AT = 482;

export interface TarHeader {
  readonly nameBytes: Uint8Array; // with its prefix
  readonly hasNameRoom: boolean; // shorter than its field: nothing was cut off
  readonly mode: number;
  readonly sizeBytes: number;
  readonly typeFlag: string;
  readonly linkBytes: Uint8Array;
  readonly malformed: string | undefined; // a number that is none
  readonly isSparseExtended: boolean; // old GNU sparse: more of its map follows in blocks of its own
}

/** Gives nothing when the checksum is wrong; old writers summed signed bytes. */
export function parseTarHeader(block: Uint8Array): TarHeader | undefined {
  if (!hasChecksum(block)) return undefined;
  const magic = toText(block.subarray(MAGIC_AT, MAGIC_AT + 8));
  const name = fieldOf(block, 0, 100);
  const prefix = magic.startsWith('ustar\0') ? fieldOf(block, PREFIX_AT, 155) : new Uint8Array(0);
  const mode = parseNumber(block.subarray(100, 108));
  const size = parseNumber(block.subarray(124, 136));
  const typeFlag = toText(block.subarray(TYPE_AT, TYPE_AT + 1));
  const nameBytes = prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]);
  return {
    nameBytes,
    hasNameRoom: name.length < 100,
    mode: mode ?? 0,
    sizeBytes: size ?? 0,
    typeFlag,
    linkBytes: fieldOf(block, 157, 100),
    malformed: size === undefined ? 'size' : mode === undefined ? 'mode' : undefined,
    isSparseExtended: typeFlag === 'S' && block[GNU_IS_EXTENDED_AT] !== 0,
  };
}

export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** Recognises a tar archive by the checksum of its first header, as old ones have no magic. */
export function startsTar(head: Uint8Array): boolean {
  return head.length >= BLOCK_BYTES && head[0] !== 0 && hasChecksum(head.subarray(0, BLOCK_BYTES));
}

function hasChecksum(block: Uint8Array): boolean {
  const declared = parseNumber(block.subarray(CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_BYTES));
  let unsigned = 0x20 * CHECKSUM_BYTES;
  let signed = unsigned;
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    if (at >= CHECKSUM_AT && at < CHECKSUM_AT + CHECKSUM_BYTES) continue;
    const byte = block[at] ?? 0;
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  return declared === unsigned || declared === signed;
}

/** Up to the first NUL; the field may be full and have none. */
function fieldOf(block: Uint8Array, start: number, length: number): Uint8Array {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

/** Octal text, or base 256 where the first bit is set. Gives nothing where it is neither, or negative. */
function parseNumber(field: Uint8Array): number | undefined {
  const [first = 0] = field;
  if (first === 0x80) return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
  const end = field.indexOf(0);
  const text = toText(end < 0 ? field : field.subarray(0, end)).trim();
  if (text === '') return 0;
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
