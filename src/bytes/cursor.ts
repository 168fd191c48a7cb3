import { type ByteSource, MAX_READ_BYTES } from './byte-source.ts';
import { BytesError } from './bytes-error.ts';

const FIRST_WINDOW_BYTES = 64 * 1024;
/** Windows double up to this as a long region is read through, so that a stream costs few reads. */
const MAX_WINDOW_BYTES = 1024 * 1024;
const NOTHING = new Uint8Array(0);
const NEWLINE = 0x0a;

export type CountWidth = 'u8' | 'u16' | 'u32' | 'u64';

/**
 * Reads a region of a source from front to back through a window in memory. The readers are synchronous and
 * look only at the window: `await ensure(n)` first, once for many small reads. All offsets are those of the
 * source. Arrays it returns are views that later reads do not overwrite; nobody writes to them.
 *
 * Errors are {@link BytesError} with the absolute offset: `truncated` where the region ends too early,
 * `bad-data` where other bytes were expected, `limit-exceeded` where a declared number is past its bound,
 * `out-of-range` where the caller did not ensure what it reads.
 */
export class Cursor {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly #source: ByteSource;
  #window: Uint8Array = NOTHING;
  #view: DataView = new DataView(NOTHING.buffer);
  #windowOffset: number; // of the window's first byte, in the source
  #at = 0; // next byte, in the window; may lie past it after a skip
  #nextWindowBytes = FIRST_WINDOW_BYTES;

  private constructor(source: ByteSource, startOffset: number, endOffset: number) {
    this.#source = source;
    this.startOffset = startOffset;
    this.endOffset = endOffset;
    this.#windowOffset = startOffset;
  }

  /** Opens a region, by default the whole source, cut to what the source has, with its first window loaded. */
  static async over(source: ByteSource, offset = 0, length = source.sizeBytes - offset): Promise<Cursor> {
    const end = Math.min(source.sizeBytes, offset + length);
    if (!Number.isSafeInteger(offset) || offset < 0 || !(end >= offset)) {
      throw new BytesError('truncated', `nothing at byte ${offset} of ${source.sizeBytes}`, { offset });
    }
    const cursor = new Cursor(source, offset, end);
    await cursor.ensure(1);
    return cursor;
  }

  /** Offset in the source of the next byte. */
  get position(): number {
    return this.#windowOffset + this.#at;
  }

  /** Bytes to the end of the region. */
  get remaining(): number {
    return this.endOffset - this.#windowOffset - this.#at;
  }

  /** Bytes that can be read without `ensure`. */
  get available(): number {
    return Math.max(0, this.#window.length - this.#at);
  }

  /** Brings `n` bytes, or all that remain when they are fewer, into the window. Gives what is available then. */
  async ensure(n: number): Promise<number> {
    const wanted = Math.min(n, this.remaining);
    if (this.#window.length - this.#at >= wanted) return this.available;
    if (wanted > MAX_READ_BYTES) {
      throw new BytesError('limit-exceeded', `${n} bytes wanted in one piece`, { offset: this.position });
    }
    const offset = this.position;
    const length = Math.min(Math.max(wanted, this.#nextWindowBytes), this.remaining);
    const window = await this.#source.read(offset, length);
    this.#window = window;
    this.#view = new DataView(window.buffer, window.byteOffset, window.byteLength);
    this.#windowOffset = offset;
    this.#at = 0;
    this.#nextWindowBytes = Math.min(this.#nextWindowBytes * 2, MAX_WINDOW_BYTES);
    return window.length;
  }

  u8(what = 'byte'): number {
    return this.#view.getUint8(this.#take(1, what));
  }

  u16(what: string): number {
    return this.#view.getUint16(this.#take(2, what), true);
  }

  u32(what: string): number {
    return this.#view.getUint32(this.#take(4, what), true);
  }

  u64(what: string): bigint {
    return this.#view.getBigUint64(this.#take(8, what), true);
  }

  i8(what: string): number {
    return this.#view.getInt8(this.#take(1, what));
  }

  i16(what: string): number {
    return this.#view.getInt16(this.#take(2, what), true);
  }

  i32(what: string): number {
    return this.#view.getInt32(this.#take(4, what), true);
  }

  i64(what: string): bigint {
    return this.#view.getBigInt64(this.#take(8, what), true);
  }

  f32(what: string): number {
    return this.#view.getFloat32(this.#take(4, what), true);
  }

  f64(what: string): number {
    return this.#view.getFloat64(this.#take(8, what), true);
  }

  u16be(what: string): number {
    return this.#view.getUint16(this.#take(2, what), false);
  }

  u32be(what: string): number {
    return this.#view.getUint32(this.#take(4, what), false);
  }

  u64be(what: string): bigint {
    return this.#view.getBigUint64(this.#take(8, what), false);
  }

  i32be(what: string): number {
    return this.#view.getInt32(this.#take(4, what), false);
  }

  f64be(what: string): number {
    return this.#view.getFloat64(this.#take(8, what), false);
  }

  /** Reads an unsigned little-endian number of things, and refuses it when it is larger than `max`. */
  count(what: string, max: number, width: CountWidth = 'u64'): number {
    const offset = this.position;
    const value = width === 'u64' ? this.u64(what) : this[width](what);
    if (value > max) {
      throw new BytesError('limit-exceeded', `${what} is ${value}, at most ${Math.floor(max)} can be`, {
        offset,
      });
    }
    return Number(value);
  }

  bytes(length: number, what: string): Uint8Array {
    const start = this.#take(length, what);
    return this.#window.subarray(start, start + length);
  }

  /** The next bytes, fewer at the end of the window, without moving. */
  peek(length: number): Uint8Array {
    return this.#window.subarray(this.#at, this.#at + length);
  }

  startsWith(magic: Uint8Array): boolean {
    const start = this.#at;
    return this.available >= magic.length && magic.every((byte, i) => this.#window[start + i] === byte);
  }

  expect(magic: Uint8Array, what = 'magic'): void {
    const offset = this.position;
    const found = this.bytes(magic.length, what);
    if (found.every((byte, i) => byte === magic[i])) return;
    throw new BytesError('bad-data', `${what} should be ${toHex(magic)}, is ${toHex(found)}`, { offset });
  }

  /** Moves on without reading what lies between; needs no `ensure`. */
  skip(length: number, what: string): void {
    if (!Number.isSafeInteger(length) || length < 0 || length > this.remaining) this.#refuse(length, what);
    this.#at += length;
  }

  /** Goes to an absolute offset of the region; within the window it costs nothing. */
  seek(offset: number, what = 'position'): void {
    if (!Number.isSafeInteger(offset) || offset < this.startOffset || offset > this.endOffset) {
      throw new BytesError(
        'truncated',
        `${what} ${offset} lies outside ${this.startOffset}..${this.endOffset}`,
        {
          offset: this.position,
        },
      );
    }
    if (offset >= this.#windowOffset) {
      this.#at = offset - this.#windowOffset;
      return;
    }
    this.#window = NOTHING;
    this.#view = new DataView(NOTHING.buffer);
    this.#windowOffset = offset;
    this.#at = 0;
  }

  /** Reads bytes that may be more than a window. */
  async readBytes(length: number, what: string): Promise<Uint8Array> {
    if (length > this.remaining) this.#refuse(length, what);
    await this.ensure(length);
    return this.bytes(length, what);
  }

  /** A line without its newline when the window holds one within `maxBytes`; moves past the newline. */
  line(maxBytes: number): Uint8Array | undefined {
    const end = this.#window.indexOf(NEWLINE, this.#at);
    if (end < 0 || end - this.#at > maxBytes) return undefined;
    const found = this.#window.subarray(this.#at, end);
    this.#at = end + 1;
    return found;
  }

  /** A line without its newline, of at most `maxBytes`; moves past the newline. */
  async readLine(maxBytes: number, what: string): Promise<Uint8Array> {
    for (let wanted = 256; ; wanted *= 4) {
      await this.ensure(Math.min(wanted, maxBytes + 1));
      const found = this.line(maxBytes);
      if (found !== undefined) return found;
      if (this.available > maxBytes) {
        throw new BytesError('limit-exceeded', `${what} is longer than ${maxBytes} bytes`, {
          offset: this.position,
        });
      }
      if (this.available === this.remaining) {
        throw new BytesError('truncated', `${what} has no end`, { offset: this.position });
      }
    }
  }

  /** Moves over `length` bytes of the window and gives where they start in it. */
  #take(length: number, what: string): number {
    const start = this.#at;
    const end = start + length;
    if (end > this.#window.length || !(length >= 0)) this.#refuse(length, what);
    this.#at = end;
    return start;
  }

  #refuse(length: number, what: string): never {
    const offset = this.position;
    const wanted = `${what}: ${length} bytes wanted at byte ${offset}`;
    if (length > this.remaining) {
      throw new BytesError('truncated', `${wanted}, ${this.remaining} left`, { offset });
    }
    throw new BytesError('out-of-range', `${wanted}, ${this.available} in the window`, { offset });
  }
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
