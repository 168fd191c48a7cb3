import { quote } from '#kernel';
import { FormatError } from '../format-error.ts';

/** What a JSON text holds, in order. A callback may ask the reader for `text`, `lengthBytes` and `offset`. */
export interface JsonEvents {
  startObject?(): void;
  endObject?(): void;
  startArray?(): void;
  endArray?(): void;
  key?(): void;
  string?(): void;
  /** A number, `true`, `false`, `null`, or what Python writes beyond the standard: `NaN`, `Infinity`. */
  bare?(): void;
}

/** Deeper than Python's reader goes (its recursion limit is 1,000) is for no honest reader. */
const MAX_DEPTH = 1_000;
/** Of one string or name what is kept; longer strings are measured only. */
const MAX_KEPT_BYTES = 65_536;
/** Python refuses integers of more than 4,300 digits: converting them is quadratic. */
const MAX_BARE_BYTES = 4_300;

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const WORDS = new Set(['true', 'false', 'null', 'NaN', 'Infinity', '-Infinity']);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
const LETTER_U = 0x75;
const ESCAPES = Buffer.from('"\\/bfnrt');
const HEX = Buffer.from('0123456789abcdefABCDEF');

/** What may come next. */
type Expect = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'root';
type Token = 'none' | 'string' | 'escape' | 'bare';

/**
 * Reads JSON text (RFC 8259, UTF-8) that comes in pieces of any size, in memory bounded by depth. Strict, except
 * for the words that Python writes and for several values one after another (JSON lines). That the text is valid
 * UTF-8 is for the caller to check.
 */
export class JsonReader {
  readonly #events: JsonEvents;
  readonly #kept = new Uint8Array(MAX_KEPT_BYTES);
  readonly #objects: boolean[] = []; // per open container: is it an object
  #expect: Expect = 'root';
  #token: Token = 'none';
  #isKey = false;
  #hasEscape = false;
  #hexDue = 0;
  #keptBytes = 0;
  #tokenBytes = 0;
  #tokenOffset = 0;
  #position = 0; // of the piece, from the start of the file
  #rootValues = 0;

  constructor(events: JsonEvents, startOffset = 0) {
    this.#events = events;
    this.#position = startOffset;
  }

  /** Open containers around the token of this event; the container itself not counted in its start and end. */
  get depth(): number {
    return this.#objects.length;
  }

  /** Where the token of this event starts. */
  get offset(): number {
    return this.#tokenOffset;
  }

  /** Length of the string or name as it is written, without its quotes. */
  get lengthBytes(): number {
    return this.#tokenBytes;
  }

  get isCut(): boolean {
    return this.#tokenBytes > this.#keptBytes;
  }

  /** Values at the top: one in a JSON document, more in JSON lines. */
  get rootValues(): number {
    return this.#rootValues;
  }

  /** The string, name, number or word of this event; its first 64 KiB, escapes kept, when it is longer. */
  get text(): string {
    const raw = Buffer.from(this.#kept.buffer, 0, this.#keptBytes).toString('utf8');
    return this.#hasEscape && !this.isCut ? String(JSON.parse(`"${raw}"`)) : raw;
  }

  /** @throws {FormatError} `inconsistent`, `limit-exceeded` */
  push(piece: Uint8Array): void {
    let index = 0;
    while (index < piece.length) {
      if (this.#token === 'none') index = this.#structure(piece, index);
      else if (this.#token === 'bare') index = this.#bare(piece, index);
      else if (this.#token === 'string') index = this.#string(piece, index);
      else index = this.#escape(piece, index);
    }
    this.#position += piece.length;
  }

  /** @throws {FormatError} `truncated`, `inconsistent` */
  end(): void {
    if (this.#token === 'bare') this.#endBare();
    if (this.#token !== 'none' || this.#objects.length > 0 || this.#rootValues === 0) {
      throw new FormatError('truncated', this.#position, 'the text ends inside a JSON value');
    }
  }

  #structure(piece: Uint8Array, start: number): number {
    for (let index = start; index < piece.length; index++) {
      const byte = piece[index] ?? 0;
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
      this.#tokenOffset = this.#position + index;
      if (byte === QUOTE) {
        this.#startString();
        return index + 1;
      }
      if (byte === COMMA) this.#comma();
      else if (byte === COLON) this.#colon();
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#open(byte === OPEN_BRACE);
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#close(byte === CLOSE_BRACE);
      else {
        this.#takeValue();
        this.#startToken('bare');
        return index;
      }
    }
    return piece.length;
  }

  #string(piece: Uint8Array, start: number): number {
    let end = start;
    for (; end < piece.length; end++) {
      const byte = piece[end] ?? 0;
      if (byte === QUOTE || byte === BACKSLASH || byte < 0x20) break;
    }
    const byte = piece[end];
    if (byte !== undefined && byte < 0x20) this.#fail(end, 'control character in a JSON string');
    if (byte === BACKSLASH) {
      this.#hasEscape = true;
      this.#token = 'escape';
      this.#keep(piece, start, end + 1);
      return end + 1;
    }
    this.#keep(piece, start, end);
    if (byte === undefined) return end;
    this.#endString();
    return end + 1;
  }

  #escape(piece: Uint8Array, index: number): number {
    const byte = piece[index] ?? 0;
    if (this.#hexDue > 0) {
      if (!HEX.includes(byte)) this.#fail(index, 'expected four hex digits after \\u');
      this.#hexDue--;
    } else if (byte === LETTER_U) this.#hexDue = 4;
    else if (!ESCAPES.includes(byte)) this.#fail(index, 'unknown escape in a JSON string');
    if (this.#hexDue === 0) this.#token = 'string';
    this.#keep(piece, index, index + 1);
    return index + 1;
  }

  #startString(): void {
    this.#isKey = this.#expect === 'key' || this.#expect === 'key-or-end';
    if (!this.#isKey) this.#takeValue();
    this.#startToken('string');
  }

  #endString(): void {
    this.#token = 'none';
    if (!this.#isKey) {
      this.#events.string?.();
      return;
    }
    if (this.isCut) {
      throw new FormatError('limit-exceeded', this.#tokenOffset, `name of ${this.#tokenBytes} bytes`);
    }
    this.#expect = 'colon';
    this.#events.key?.();
  }

  #bare(piece: Uint8Array, start: number): number {
    let end = start;
    for (; end < piece.length; end++) {
      const byte = piece[end] ?? 0;
      // Letters, digits, `+`, `-`, `.`: anything else ends a number or word.
      const isPart =
        (byte >= 0x30 && byte <= 0x39) ||
        (byte >= 0x41 && byte <= 0x5a) ||
        (byte >= 0x61 && byte <= 0x7a) ||
        byte === 0x2b ||
        byte === 0x2d ||
        byte === 0x2e;
      if (!isPart) break;
    }
    this.#keep(piece, start, end);
    if (this.#tokenBytes > MAX_BARE_BYTES) {
      throw new FormatError(
        'limit-exceeded',
        this.#tokenOffset,
        `number of more than ${MAX_BARE_BYTES} digits`,
      );
    }
    if (end < piece.length) {
      if (this.#tokenBytes === 0) this.#fail(end, 'expected a JSON value');
      this.#endBare();
    }
    return end;
  }

  #endBare(): void {
    this.#token = 'none';
    const text = this.text;
    if (!NUMBER.test(text) && !WORDS.has(text)) {
      throw new FormatError('inconsistent', this.#tokenOffset, `${quote(text, 40)} is no JSON value`);
    }
    this.#events.bare?.();
  }

  #open(isObject: boolean): void {
    this.#takeValue();
    if (this.#objects.length >= MAX_DEPTH) {
      throw new FormatError('limit-exceeded', this.#tokenOffset, `nested deeper than ${MAX_DEPTH}`);
    }
    if (isObject) this.#events.startObject?.();
    else this.#events.startArray?.();
    this.#objects.push(isObject);
    this.#expect = isObject ? 'key-or-end' : 'value-or-end';
  }

  #close(isObject: boolean): void {
    const mayEnd =
      this.#expect === 'comma-or-end' || this.#expect === (isObject ? 'key-or-end' : 'value-or-end');
    if (this.#objects.at(-1) !== isObject || !mayEnd) this.#misplaced(isObject ? '}' : ']');
    this.#objects.pop();
    this.#expect = this.#objects.length === 0 ? 'root' : 'comma-or-end';
    if (isObject) this.#events.endObject?.();
    else this.#events.endArray?.();
  }

  #comma(): void {
    if (this.#expect !== 'comma-or-end') this.#misplaced(',');
    this.#expect = this.#objects.at(-1) === true ? 'key' : 'value';
  }

  #colon(): void {
    if (this.#expect !== 'colon') this.#misplaced(':');
    this.#expect = 'value';
  }

  /** A value starts here: may it? */
  #takeValue(): void {
    const isRoot = this.#objects.length === 0;
    if (this.#expect !== 'value' && this.#expect !== 'value-or-end' && this.#expect !== 'root') {
      throw new FormatError('inconsistent', this.#tokenOffset, `a value where ${this.#expect} is due`);
    }
    if (isRoot) this.#rootValues++;
    this.#expect = isRoot ? 'root' : 'comma-or-end';
  }

  #startToken(token: Token): void {
    this.#token = token;
    this.#hasEscape = false;
    this.#keptBytes = 0;
    this.#tokenBytes = 0;
  }

  #keep(piece: Uint8Array, start: number, end: number): void {
    const room = Math.min(end - start, MAX_KEPT_BYTES - this.#keptBytes);
    if (room > 0) {
      this.#kept.set(piece.subarray(start, start + room), this.#keptBytes);
      this.#keptBytes += room;
    }
    this.#tokenBytes += end - start;
  }

  #misplaced(found: string): never {
    throw new FormatError('inconsistent', this.#tokenOffset, `"${found}" where ${this.#expect} is due`);
  }

  #fail(index: number, detail: string): never {
    throw new FormatError('inconsistent', this.#position + index, detail);
  }
}
