import { BytesError } from '../bytes-error.ts';
import type { Cursor } from '../cursor.ts';
import { buildHuffman, decodeSymbol, type HuffmanCode } from './huffman.ts';

/** Output is collected up to this and handed on. */
const PIECE_BYTES = 256 * 1024;
const INPUT_BYTES = 64 * 1024;
/** No symbol with all its extra bits takes more; below this much input the next window is fetched first. */
const MAX_SYMBOL_BYTES = 16;
const MAX_MATCH_BYTES = 65_538; // deflate64

const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

interface Dialect {
  readonly historyBytes: number;
  readonly lengthBase: readonly number[];
  readonly lengthExtra: readonly number[];
  readonly distanceCodes: number;
}

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5];

const DEFLATE: Dialect = {
  historyBytes: 32 * 1024,
  lengthBase: [...LENGTH_BASE, 258],
  lengthExtra: [...LENGTH_EXTRA, 0],
  distanceCodes: 30,
};

const DEFLATE64: Dialect = {
  historyBytes: 64 * 1024,
  lengthBase: [...LENGTH_BASE, 3],
  lengthExtra: [...LENGTH_EXTRA, 16],
  distanceCodes: 32,
};

const FIXED = {
  literals: buildHuffman(
    Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
  ).code,
  distances: buildHuffman(new Uint8Array(32).fill(5)).code,
};

/**
 * Inflates one deflate stream from a cursor, which it leaves behind the stream's last byte. Slower than zlib, but
 * it gives every byte before the place where a stream breaks, which a loader may have acted on, and reads Deflate64.
 *
 * @throws {BytesError} `bad-data`, `truncated`, after all bytes before that place were given
 * @see RFC 1951
 */
export async function* inflateExactly(
  cursor: Cursor,
  dialect: 'deflate' | 'deflate64' = 'deflate',
): AsyncGenerator<Uint8Array, void> {
  const inflater = new Inflater(cursor, dialect === 'deflate' ? DEFLATE : DEFLATE64);
  try {
    while (!inflater.isEnded) {
      if (cursor.available < INPUT_BYTES) await cursor.ensure(INPUT_BYTES);
      inflater.run();
      if (inflater.hasPiece) yield inflater.takePiece();
    }
  } catch (error) {
    yield inflater.takePiece();
    throw error;
  }
  yield inflater.takePiece();
}

type Step = 'header' | 'stored' | 'codes';

class Inflater {
  isEnded = false;
  readonly #cursor: Cursor;
  readonly #dialect: Dialect;
  readonly #out: Uint8Array;
  #outAt = 0;
  #pieceStart = 0;
  #input: Uint8Array = new Uint8Array(0);
  #inputAt = 0;
  #bits = 0;
  #bitCount = 0;
  #missingBits = 0; // zeros taken for input that is not there
  #isLastWindow = false;
  #step: Step = 'header';
  #isFinalBlock = false;
  #storedLeft = 0;
  #literals: HuffmanCode = FIXED.literals;
  #distances: HuffmanCode = FIXED.distances;

  constructor(cursor: Cursor, dialect: Dialect) {
    this.#cursor = cursor;
    this.#dialect = dialect;
    this.#out = new Uint8Array(dialect.historyBytes + PIECE_BYTES + MAX_MATCH_BYTES);
  }

  get hasPiece(): boolean {
    return this.#outAt - this.#pieceStart >= PIECE_BYTES;
  }

  takePiece(): Uint8Array {
    const piece = this.#out.slice(this.#pieceStart, this.#outAt);
    const kept = Math.min(this.#outAt, this.#dialect.historyBytes);
    this.#out.copyWithin(0, this.#outAt - kept, this.#outAt);
    this.#outAt = kept;
    this.#pieceStart = kept;
    return piece;
  }

  /** Inflates until a piece is full, the window is used up, or the stream ends. */
  run(): void {
    this.#input = this.#cursor.peek(this.#cursor.available);
    this.#isLastWindow = this.#input.length === this.#cursor.remaining;
    this.#inputAt = 0;
    while (!this.isEnded && !this.hasPiece && this.#hasInput()) {
      if (this.#step === 'header') this.#readBlockHeader();
      else if (this.#step === 'stored') this.#copyStored();
      else this.#decodeBlock();
    }
    // At the end of the stream, whole bytes that were taken into the bit buffer are given back.
    const unused = this.isEnded ? (this.#bitCount - this.#missingBits) >>> 3 : 0;
    this.#cursor.skip(Math.min(this.#inputAt, this.#input.length) - unused, 'deflate stream');
  }

  #hasInput(): boolean {
    // A dynamic block header takes at most 14 + 19 * 3 + 320 * 14 bits.
    return this.#isLastWindow || this.#input.length - this.#inputAt > 1024;
  }

  #take(count: number): number {
    while (this.#bitCount < count) this.#refill();
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#bitCount -= count;
    if (this.#bitCount < this.#missingBits) this.#fail('truncated', 'the deflate stream has no end');
    return value;
  }

  #refill(): void {
    if (this.#inputAt < this.#input.length)
      this.#bits |= (this.#input[this.#inputAt] as number) << this.#bitCount;
    else this.#missingBits += 8;
    this.#inputAt += 1;
    this.#bitCount += 8;
  }

  #readBlockHeader(): void {
    if (this.#isFinalBlock) {
      this.isEnded = true;
      return;
    }
    this.#isFinalBlock = this.#take(1) === 1;
    const type = this.#take(2);
    if (type === 0) {
      this.#take(this.#bitCount & 7);
      const length = this.#take(16);
      if ((length ^ this.#take(16)) !== 0xffff) this.#fail('bad-data', 'stored block lengths differ');
      this.#storedLeft = length;
      this.#step = 'stored';
    } else if (type === 1) {
      this.#literals = FIXED.literals;
      this.#distances = FIXED.distances;
      this.#step = 'codes';
    } else if (type === 2) {
      this.#readCodes();
      this.#step = 'codes';
    } else this.#fail('bad-data', 'block type 3');
  }

  #readCodes(): void {
    const literalCount = this.#take(5) + 257;
    const distanceCount = this.#take(5) + 1;
    const lengthCount = this.#take(4) + 4;
    const tooMany = literalCount > 286 || distanceCount > this.#dialect.distanceCodes;
    if (tooMany) this.#fail('bad-data', 'too many length or distance codes');
    const lengths = new Uint8Array(19);
    for (const place of CODE_LENGTH_ORDER.slice(0, lengthCount)) lengths[place] = this.#take(3);
    const meta = buildHuffman(lengths);
    if (meta.filling !== 'full') this.#fail('bad-data', 'code lengths do not form a code');
    const all = new Uint8Array(literalCount + distanceCount);
    for (let at = 0; at < all.length; ) {
      const symbol = this.#decode(meta.code);
      if (symbol < 16) {
        all[at] = symbol;
        at += 1;
        continue;
      }
      const previous = symbol === 16 ? all[at - 1] : 0;
      const times =
        symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      if (previous === undefined || at + times > all.length)
        this.#fail('bad-data', 'code lengths repeat too far');
      all.fill(previous, at, at + times);
      at += times;
    }
    if (all[256] === 0) this.#fail('bad-data', 'no code for the end of the block');
    const literals = buildHuffman(all.subarray(0, literalCount));
    const distances = buildHuffman(all.subarray(literalCount));
    if (!isUsable(literals) || !isUsable(distances)) this.#fail('bad-data', 'codes cannot be decoded');
    this.#literals = literals.code;
    this.#distances = distances.code;
  }

  #decode(code: HuffmanCode): number {
    while (this.#bitCount < 15) this.#refill();
    const entry = decodeSymbol(code, this.#bits);
    if (entry < 0) this.#fail('bad-data', 'no such code');
    this.#take(entry & 15);
    return entry >>> 4;
  }

  #copyStored(): void {
    while (this.#storedLeft > 0 && this.#bitCount >= 8) {
      this.#out[this.#outAt] = this.#take(8);
      this.#outAt += 1;
      this.#storedLeft -= 1;
    }
    const room = this.#out.length - this.#outAt;
    const length = Math.min(this.#storedLeft, this.#input.length - this.#inputAt, room);
    if (length > 0) {
      this.#out.set(this.#input.subarray(this.#inputAt, this.#inputAt + length), this.#outAt);
      this.#inputAt += length;
      this.#outAt += length;
      this.#storedLeft -= length;
    } else if (this.#storedLeft > 0 && this.#isLastWindow) {
      this.#fail('truncated', `a stored block misses ${this.#storedLeft} bytes`);
    }
    if (this.#storedLeft === 0) this.#step = 'header';
  }

  /** The hot loop: all state in locals, written back at the end. */
  #decodeBlock(): void {
    const out = this.#out;
    const input = this.#input;
    const literals = this.#literals;
    const distances = this.#distances;
    const { lengthBase, lengthExtra } = this.#dialect;
    const outLimit = Math.min(out.length - MAX_MATCH_BYTES, this.#pieceStart + PIECE_BYTES);
    const inputLimit = this.#isLastWindow ? Number.POSITIVE_INFINITY : input.length - MAX_SYMBOL_BYTES;
    let { outAt, inputAt, bits, bitCount, missingBits } = {
      outAt: this.#outAt,
      inputAt: this.#inputAt,
      bits: this.#bits,
      bitCount: this.#bitCount,
      missingBits: this.#missingBits,
    };
    let problem: string | undefined;
    while (outAt < outLimit && inputAt < inputLimit) {
      while (bitCount <= 24) {
        if (inputAt < input.length) bits |= (input[inputAt] as number) << bitCount;
        else missingBits += 8;
        inputAt += 1;
        bitCount += 8;
      }
      const entry = decodeSymbol(literals, bits);
      if (entry < 0) {
        problem = 'no such code';
        break;
      }
      bits >>>= entry & 15;
      bitCount -= entry & 15;
      if (bitCount < missingBits) break;
      const symbol = entry >>> 4;
      if (symbol < 256) {
        out[outAt] = symbol;
        outAt += 1;
        continue;
      }
      if (symbol === 256) {
        this.#step = 'header';
        break;
      }
      const extra = lengthExtra[symbol - 257];
      if (extra === undefined) {
        problem = 'no such length';
        break;
      }
      while (bitCount <= 24) {
        if (inputAt < input.length) bits |= (input[inputAt] as number) << bitCount;
        else missingBits += 8;
        inputAt += 1;
        bitCount += 8;
      }
      const length = (lengthBase[symbol - 257] as number) + (bits & ((1 << extra) - 1));
      bits >>>= extra;
      bitCount -= extra;
      while (bitCount <= 24) {
        if (inputAt < input.length) bits |= (input[inputAt] as number) << bitCount;
        else missingBits += 8;
        inputAt += 1;
        bitCount += 8;
      }
      const far = decodeSymbol(distances, bits);
      const distanceCode = far >>> 4;
      if (far < 0 || distanceCode >= this.#dialect.distanceCodes) {
        problem = 'no such distance';
        break;
      }
      bits >>>= far & 15;
      bitCount -= far & 15;
      while (bitCount <= 24) {
        if (inputAt < input.length) bits |= (input[inputAt] as number) << bitCount;
        else missingBits += 8;
        inputAt += 1;
        bitCount += 8;
      }
      const distanceExtra = distanceCode < 4 ? 0 : (distanceCode >>> 1) - 1;
      const base = distanceCode < 4 ? distanceCode + 1 : ((2 + (distanceCode & 1)) << distanceExtra) + 1;
      const distance = base + (bits & ((1 << distanceExtra) - 1));
      bits >>>= distanceExtra;
      bitCount -= distanceExtra;
      if (bitCount < missingBits) break;
      if (distance > outAt) {
        problem = `a match reaches ${distance} bytes back, before the start`;
        break;
      }
      const end = outAt + length;
      for (let from = outAt - distance; outAt < end; from += 1, outAt += 1) out[outAt] = out[from] as number;
    }
    this.#outAt = outAt;
    this.#inputAt = inputAt;
    this.#bits = bits;
    this.#bitCount = bitCount;
    this.#missingBits = missingBits;
    if (bitCount < missingBits) this.#fail('truncated', 'the deflate stream has no end');
    if (problem !== undefined) this.#fail('bad-data', problem);
  }

  #fail(code: 'truncated' | 'bad-data', detail: string): never {
    const offset = this.#cursor.position + Math.min(this.#inputAt, this.#input.length);
    throw new BytesError(code, detail, { offset });
  }
}

/** As zlib has it: a code may leave values without a symbol only when it has no more than one symbol. */
function isUsable({ code, filling }: { readonly code: HuffmanCode; readonly filling: string }): boolean {
  if (filling === 'full') return true;
  const codes = code.counts.reduce((sum, count) => sum + count, 0);
  return filling === 'under' && codes <= 1 && codes === (code.counts[1] ?? 0);
}
