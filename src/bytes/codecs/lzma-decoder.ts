import { BytesError } from '../bytes-error.ts';
import { copyMatch } from './copy-match.ts';
import { INITIAL_PROBABILITY, RangeDecoder } from './range-decoder.ts';

/** No symbol takes more input than this. */
const MAX_SYMBOL_BYTES = 20;
const PIECE_BYTES = 256 * 1024;
const FIRST_CAPACITY_BYTES = 64 * 1024;
/** What `xz -9` uses. It is only allocated as far as the output goes. */
const MAX_CAPACITY_BYTES = 64 * 1024 * 1024;
const MIN_MATCH = 2;
const END_MARKER = 0xffff_ffff;

// Places in the one array of probabilities.
const STATES = 12;
const IS_MATCH = 0;
const IS_REP = IS_MATCH + (STATES << 4);
const IS_REP_0 = IS_REP + STATES;
const IS_REP_1 = IS_REP_0 + STATES;
const IS_REP_2 = IS_REP_1 + STATES;
const IS_REP_0_LONG = IS_REP_2 + STATES;
const SLOTS = IS_REP_0_LONG + (STATES << 4);
const SPECIAL_DISTANCES = SLOTS + 4 * 64;
const ALIGN = SPECIAL_DISTANCES + 115;
const MATCH_LENGTH = ALIGN + 16;
const LENGTH_CODERS = 2 + 16 * 8 * 2 + 256; // two choices, low and middle trees by position, the high tree
const REP_LENGTH = MATCH_LENGTH + LENGTH_CODERS;
const LITERALS = REP_LENGTH + LENGTH_CODERS;

/**
 * The LZMA decoder proper, without any container: input and output are moved by whoever owns it.
 *
 * @see LZMA specification (Igor Pavlov, 2015)
 */
export class LzmaDecoder {
  readonly range = new RangeDecoder();
  isEnded = false; // by an end marker
  readonly dictionaryBytes: number;
  #buffer: Uint8Array;
  #at = 0; // next output, in the buffer
  #takenAt = 0; // what lies before it was given away
  #sinceReset = 0; // how far matches can reach back
  #probabilities = new Uint16Array(0);
  #literalContext = 0;
  #literalMask = 0;
  #positionMask = 0;
  #state = 0;
  #position = 0; // of the output, for contexts
  #rep0 = 0; // the last four distances, less one
  #rep1 = 0;
  #rep2 = 0;
  #rep3 = 0;
  #copyLeft = 0; // of a match that found the buffer full

  constructor(dictionaryBytes: number) {
    this.dictionaryBytes = Math.max(4096, dictionaryBytes);
    this.#buffer = new Uint8Array(Math.min(this.dictionaryBytes, FIRST_CAPACITY_BYTES));
  }

  /** Makes it as new, for another stream with the same dictionary size, in the memory it has. */
  restart(): void {
    this.isEnded = false;
    this.#at = 0;
    this.#takenAt = 0;
    this.resetDictionary();
    this.resetState();
  }

  /** `lc + lp * 9 + pb * 45`. */
  setProperties(byte: number): void {
    if (byte >= 9 * 5 * 5) throw new BytesError('bad-data', `LZMA properties ${byte}`);
    const literalContext = byte % 9;
    const literalPosition = Math.floor(byte / 9) % 5;
    this.#literalContext = literalContext;
    this.#literalMask = (1 << literalPosition) - 1;
    this.#positionMask = (1 << Math.floor(byte / 45)) - 1;
    this.#probabilities = new Uint16Array(LITERALS + (0x300 << (literalContext + literalPosition)));
    this.resetState();
  }

  resetState(): void {
    this.#probabilities.fill(INITIAL_PROBABILITY);
    this.#state = 0;
    this.#rep0 = 0;
    this.#rep1 = 0;
    this.#rep2 = 0;
    this.#rep3 = 0;
    this.#copyLeft = 0;
  }

  resetDictionary(): void {
    this.#sinceReset = 0;
    this.#position = 0;
  }

  /** What was decoded and not given away yet: a view, good until the next call of `decode` or `store`. */
  takePiece(): Uint8Array {
    const piece = this.#buffer.subarray(this.#takenAt, this.#at);
    this.#takenAt = this.#at;
    if (this.#at === this.#buffer.length) this.#makeRoom();
    return piece;
  }

  #makeRoom(): void {
    const most = Math.min(this.dictionaryBytes, MAX_CAPACITY_BYTES);
    const hasWrapped = this.#sinceReset > this.#buffer.length;
    if (!hasWrapped && this.#buffer.length < most) {
      const larger = new Uint8Array(Math.min(most, this.#buffer.length * 2));
      larger.set(this.#buffer);
      this.#buffer = larger;
    } else {
      this.#at = 0;
      this.#takenAt = 0;
    }
  }

  /** Copies bytes that were stored as they are. Gives how many found room before a piece must be taken. */
  store(bytes: Uint8Array): number {
    const length = Math.min(bytes.length, this.#buffer.length - this.#at);
    this.#buffer.set(bytes.subarray(0, length), this.#at);
    this.#at += length;
    this.#position += length;
    this.#sinceReset += length;
    return length;
  }

  /**
   * Decodes at most `maxBytes`, until a piece is full, an end marker, or until the input left could be too short for
   * a symbol, unless it is the last. Gives how much came out.
   *
   * @throws {BytesError} `bad-data`, `truncated`, `unsupported`; what was decoded before can still be taken
   */
  decode(maxBytes: number, isLastInput: boolean): number {
    const { range } = this;
    const limit = Math.min(this.#buffer.length, this.#takenAt + PIECE_BYTES, this.#at + maxBytes);
    const inputLimit = isLastInput ? range.input.length : range.input.length - MAX_SYMBOL_BYTES;
    const start = this.#at;
    if (this.#copyLeft > 0) this.#copy(limit);
    while (this.#at < limit && !this.isEnded && (range.at <= inputLimit || isLastInput)) {
      const before = this.#at;
      this.#decodeSymbol(limit);
      if (range.at > range.input.length) {
        // Zeros that are not there had a part in this symbol.
        this.#at = before;
        throw new BytesError('truncated', 'the LZMA stream has no end');
      }
    }
    return this.#at - start;
  }

  #decodeSymbol(limit: number): void {
    const { range } = this;
    const probabilities = this.#probabilities;
    const state = this.#state;
    const positionState = this.#position & this.#positionMask;
    if (range.bit(probabilities, IS_MATCH + (state << 4) + positionState) === 0) {
      this.#decodeLiteral();
      return;
    }
    let length: number;
    if (range.bit(probabilities, IS_REP + state) === 0) {
      length = this.#decodeLength(MATCH_LENGTH, positionState);
      const distance = this.#decodeDistance(length);
      this.#state = state < 7 ? 7 : 10;
      if (distance === END_MARKER) {
        this.isEnded = true;
        return;
      }
      this.#rep3 = this.#rep2;
      this.#rep2 = this.#rep1;
      this.#rep1 = this.#rep0;
      this.#rep0 = distance;
    } else {
      if (this.#decodeRep(state, positionState)) length = 1 - MIN_MATCH;
      else {
        length = this.#decodeLength(REP_LENGTH, positionState);
        this.#state = state < 7 ? 8 : 11;
      }
    }
    const distance = this.#rep0;
    if (distance >= this.#sinceReset) {
      throw new BytesError('bad-data', `an LZMA match reaches ${distance + 1} bytes back, before the start`);
    }
    if (distance >= this.#buffer.length) {
      const isTooLarge = this.dictionaryBytes > MAX_CAPACITY_BYTES;
      const detail = `an LZMA match reaches ${distance + 1} bytes back`;
      throw new BytesError(isTooLarge ? 'unsupported' : 'bad-data', detail);
    }
    this.#copyLeft = length + MIN_MATCH;
    this.#copy(limit);
  }

  #decodeLiteral(): void {
    const { range } = this;
    const probabilities = this.#probabilities;
    const buffer = this.#buffer;
    const previous =
      this.#sinceReset === 0 ? 0 : (buffer[(this.#at === 0 ? buffer.length : this.#at) - 1] as number);
    const context =
      ((this.#position & this.#literalMask) << this.#literalContext) +
      (previous >>> (8 - this.#literalContext));
    const base = LITERALS + 0x300 * context;
    const state = this.#state;
    let symbol = 1;
    if (state >= 7) {
      let from = this.#at - this.#rep0 - 1;
      if (from < 0) from += buffer.length;
      let match = buffer[from] as number;
      while (symbol < 0x100) {
        const matchBit = (match >>> 7) & 1;
        match <<= 1;
        const bit = range.bit(probabilities, base + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (matchBit !== bit) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | range.bit(probabilities, base + symbol);
    buffer[this.#at] = symbol;
    this.#at += 1;
    this.#position += 1;
    this.#sinceReset += 1;
    this.#state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }

  /** Brings the repeated distance to the front. Says whether it is a match of a single byte. */
  #decodeRep(state: number, positionState: number): boolean {
    const { range } = this;
    const probabilities = this.#probabilities;
    if (range.bit(probabilities, IS_REP_0 + state) === 0) {
      if (range.bit(probabilities, IS_REP_0_LONG + (state << 4) + positionState) !== 0) return false;
      this.#state = state < 7 ? 9 : 11;
      return true;
    }
    let distance = this.#rep1;
    if (range.bit(probabilities, IS_REP_1 + state) !== 0) {
      distance = this.#rep2;
      if (range.bit(probabilities, IS_REP_2 + state) !== 0) {
        distance = this.#rep3;
        this.#rep3 = this.#rep2;
      }
      this.#rep2 = this.#rep1;
    }
    this.#rep1 = this.#rep0;
    this.#rep0 = distance;
    return false;
  }

  #decodeLength(base: number, positionState: number): number {
    const { range } = this;
    const probabilities = this.#probabilities;
    const low = base + 2;
    const middle = low + 16 * 8;
    if (range.bit(probabilities, base) === 0) return range.tree(probabilities, low + (positionState << 3), 3);
    if (range.bit(probabilities, base + 1) === 0) {
      return 8 + range.tree(probabilities, middle + (positionState << 3), 3);
    }
    return 16 + range.tree(probabilities, middle + 16 * 8, 8);
  }

  #decodeDistance(length: number): number {
    const { range } = this;
    const probabilities = this.#probabilities;
    const slot = range.tree(probabilities, SLOTS + (Math.min(length, 3) << 6), 6);
    if (slot < 4) return slot;
    const bits = (slot >>> 1) - 1;
    const base = ((2 | (slot & 1)) << bits) >>> 0;
    if (slot < 14) return base + range.reverseTree(probabilities, SPECIAL_DISTANCES + base - slot, bits);
    const high = (range.direct(bits - 4) << 4) >>> 0;
    return (base + high + range.reverseTree(probabilities, ALIGN, 4)) >>> 0;
  }

  #copy(limit: number): void {
    const buffer = this.#buffer;
    const length = Math.min(this.#copyLeft, limit - this.#at);
    let left = length;
    while (left > 0) {
      let from = this.#at - this.#rep0 - 1;
      if (from < 0) from += buffer.length;
      // A match that lies before the place where the buffer wraps is copied in two parts.
      const part = from < this.#at ? left : Math.min(left, buffer.length - from);
      copyMatch(buffer, from, this.#at, part);
      this.#at += part;
      left -= part;
    }
    this.#copyLeft -= length;
    this.#position += length;
    this.#sinceReset += length;
  }
}
