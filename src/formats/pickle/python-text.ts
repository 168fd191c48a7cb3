import { isUtf8 } from 'node:buffer';

/**
 * `PyBytes_DecodeEscape`, one character a byte.
 *
 * @param text what stands between the quotes of a STRING operand
 * @returns nothing where the loader raises: a `\` at the end, `\x` without two hex digits
 */
export function decodeEscapes(text: string): string | undefined {
  if (!text.includes('\\')) return text;
  let isBroken = false;
  const decoded = text.replace(
    /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(x|$)|(.))/gs,
    (whole: string, hex?: string, octal?: string, bare?: string, other?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      if (bare !== undefined) isBroken = true;
      return (other === undefined ? undefined : ESCAPES.get(other)) ?? whole;
    },
  );
  return isBroken ? undefined : decoded;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['b', '\b'],
  ['f', '\f'],
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['v', '\v'],
  ['a', '\x07'],
]);

/**
 * The `raw-unicode-escape` codec: `\uXXXX` and `\UXXXXXXXX`, all else as it is, `\\` as two characters.
 *
 * @param text one character a byte
 * @returns nothing where the loader raises: too few digits, or past U+10FFFF
 */
export function decodeRawUnicodeEscapes(text: string): string | undefined {
  if (!text.includes('\\')) return text;
  let isBroken = false;
  const decoded = text.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([uU])|[^uU])/gs,
    (whole: string, short?: string, long?: string, bare?: string) => {
      if (bare !== undefined) isBroken = true;
      const digits = short ?? long;
      if (digits === undefined) return whole;
      const point = Number.parseInt(digits, 16);
      if (point <= 0x10ffff) return String.fromCodePoint(point);
      isBroken = true;
      return '';
    },
  );
  return isBroken ? undefined : decoded;
}

/** UTF-8 in which surrogates may stand, Python's `surrogatepass`; nothing where it is not that. */
export function decodeUtf8(bytes: Buffer): string | undefined {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const surrogate = surrogateAt(bytes, at);
    if (surrogate !== undefined) {
      text += String.fromCharCode(surrogate);
      at += 3;
      continue;
    }
    const end = nextSurrogate(bytes, at + 1);
    const piece = bytes.subarray(at, end);
    if (!isUtf8(piece)) return undefined;
    text += piece.toString('utf8');
    at = end;
  }
  return text;
}

function nextSurrogate(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xed, from); at >= 0; at = bytes.indexOf(0xed, at + 1)) {
    if (surrogateAt(bytes, at) !== undefined) return at;
  }
  return bytes.length;
}

function surrogateAt(bytes: Buffer, at: number): number | undefined {
  const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
  if (first !== 0xed || second < 0xa0 || second > 0xbf || third < 0x80 || third > 0xbf) return undefined;
  return 0xd000 | ((second & 0x3f) << 6) | (third & 0x3f);
}

/** Text that was cut short, without an escape that may have been cut in two. */
export function dropCutEscape(text: string): string {
  const last = text.lastIndexOf('\\');
  return last >= 0 && last >= text.length - LONGEST_ESCAPE ? text.slice(0, last) : text;
}

const LONGEST_ESCAPE = '\\U0010ffff'.length;

/** Where to cut UTF-8 at `end` at the latest, so that no character is cut in two. */
export function cutUtf8(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && end - at < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return at;
}
