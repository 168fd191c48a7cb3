import { isUtf8 } from 'node:buffer';
import { FormatError } from '../format-error.ts';

const NOTHING = new Uint8Array(0);

/** Checks that bytes which come in pieces are UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates. */
export class Utf8Check {
  #carry: Uint8Array = NOTHING; // an unfinished sequence, at most three bytes
  #offset: number; // of the carry, or of the next piece

  constructor(startOffset = 0) {
    this.#offset = startOffset;
  }

  /** @throws {FormatError} `inconsistent` with the offset of the first piece of nonsense */
  push(piece: Uint8Array): void {
    const bytes = this.#carry.length === 0 ? piece : Buffer.concat([this.#carry, piece]);
    const whole = bytes.length - unfinishedBytes(bytes);
    const text = bytes.subarray(0, whole);
    if (!isUtf8(text)) {
      throw new FormatError('inconsistent', this.#offset + firstInvalid(text), 'not UTF-8');
    }
    this.#carry = bytes.slice(whole);
    this.#offset += whole;
  }

  /** @throws {FormatError} `truncated` when the last character is cut */
  end(): void {
    if (this.#carry.length > 0) throw new FormatError('truncated', this.#offset, 'ends inside a character');
  }
}

/** Length of a sequence at the end whose lead byte announces more than there is. */
export function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0x80 && byte < 0xc0) continue; // a continuation
    if (byte < 0xc2 || byte > 0xf4) return 0; // ASCII, or no lead byte of UTF-8
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return wanted > back ? back : 0;
  }
  return 0;
}

/** Halves the range until the first byte that no valid prefix covers. */
function firstInvalid(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const prefix = bytes.subarray(0, middle);
    if (isUtf8(prefix.subarray(0, middle - unfinishedBytes(prefix)))) good = middle;
    else bad = middle;
  }
  return good;
}
