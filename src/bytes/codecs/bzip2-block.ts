import { BytesError } from '../bytes-error.ts';

const MAX_CODE_BITS = 20;
const FAST_BITS = 10;
const MAX_SYMBOLS = 258;
const GROUP_SYMBOLS = 50;
const MAX_SELECTORS = 18_002; // more are read and ignored, as libbz2 does
const MAX_RUN = 2 * 1024 * 1024;

/** The input ends inside the block: it is decoded again with more of it. */
export const NEEDS_INPUT = Symbol('needs input');

/** Most significant bit first, from bytes that are all there. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number; // bit
  readonly #end: number;

  constructor(bytes: Uint8Array, startBit: number) {
    this.#bytes = bytes;
    this.#at = startBit;
    this.#end = bytes.length * 8;
  }

  get position(): number {
    return this.#at;
  }

  /** At most 24 bits. */
  take(count: number): number {
    const value = this.peek(count);
    this.skip(count);
    return value;
  }

  skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#end) throw NEEDS_INPUT;
  }

  /** Bits after the end are zero. */
  peek(count: number): number {
    const byte = this.#at >>> 3;
    const bytes = this.#bytes;
    const word =
      ((bytes[byte] ?? 0) << 24) |
      ((bytes[byte + 1] ?? 0) << 16) |
      ((bytes[byte + 2] ?? 0) << 8) |
      (bytes[byte + 3] ?? 0);
    return (word << (this.#at & 7)) >>> (32 - count);
  }

  take32(): number {
    return ((this.take(16) << 16) | this.take(16)) >>> 0;
  }
}

export interface Block {
  readonly crc: number;
  readonly bytes: Uint32Array; // each entry: byte in the low 8 bits, next index in the others
  readonly length: number;
  readonly start: number; // index of the first byte
}

/**
 * Reads one block behind its magic and undoes the sorting; the run lengths are left in.
 *
 * @param table memory for `100,000 * level` entries, used again for each block
 * @throws {BytesError} `bad-data`, `unsupported`; and NEEDS_INPUT
 */
export function readBlock(bits: BitReader, table: Uint32Array): Block {
  const crc = bits.take32();
  if (bits.take(1) === 1) throw new BytesError('unsupported', 'a randomised block of bzip2 before 0.9.5');
  const origin = bits.take(24);
  const symbols = readSymbolMap(bits);
  const codeSymbols = symbols.length + 2;
  const groupCount = bits.take(3);
  if (groupCount < 2 || groupCount > 6) refuse(`${groupCount} tables`);
  const selectors = readSelectors(bits, groupCount);
  const codes = Array.from({ length: groupCount }, () => readCode(bits, codeSymbols));
  const counts = new Uint32Array(256);
  const length = readSymbols(bits, symbols, selectors, codes, table, counts);
  if (origin >= length) refuse(`the block of ${length} bytes starts at ${origin}`);
  unsort(table, length, counts);
  return { crc, bytes: table, length, start: (table[origin] ?? 0) >>> 8 };
}

function readSymbolMap(bits: BitReader): Uint8Array {
  const symbols: number[] = [];
  const ranges = bits.take(16);
  for (let range = 0; range < 16; range += 1) {
    if ((ranges & (0x8000 >>> range)) === 0) continue;
    const used = bits.take(16);
    for (let i = 0; i < 16; i += 1) if ((used & (0x8000 >>> i)) !== 0) symbols.push(range * 16 + i);
  }
  if (symbols.length === 0) refuse('a block without symbols');
  return Uint8Array.from(symbols);
}

function readSelectors(bits: BitReader, groupCount: number): Uint8Array {
  const count = bits.take(15);
  if (count === 0) refuse('no selectors');
  const order = Array.from({ length: groupCount }, (_, i) => i);
  const selectors = new Uint8Array(Math.min(count, MAX_SELECTORS));
  for (let i = 0; i < count; i += 1) {
    let place = 0;
    while (bits.take(1) === 1) {
      place += 1;
      if (place >= groupCount) refuse('a selector names no table');
    }
    const [group = 0] = order.splice(place, 1);
    order.unshift(group);
    if (i < selectors.length) selectors[i] = group;
  }
  return selectors;
}

interface Code {
  readonly fast: Uint16Array; // by the next 10 bits: `symbol << 5 | length`, or 0
  readonly limits: Int32Array; // last code of each length, or -1
  readonly bases: Int32Array;
  readonly symbols: Uint16Array;
}

function readCode(bits: BitReader, symbolCount: number): Code {
  const lengths = new Uint8Array(symbolCount);
  let length = bits.take(5);
  for (let symbol = 0; symbol < symbolCount; symbol += 1) {
    for (;;) {
      if (length < 1 || length > MAX_CODE_BITS) refuse(`a code of ${length} bits`);
      if (bits.take(1) === 0) break;
      length += bits.take(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return buildCode(lengths);
}

function buildCode(lengths: Uint8Array): Code {
  const counts = new Int32Array(MAX_CODE_BITS + 2);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  const limits = new Int32Array(MAX_CODE_BITS + 1).fill(-1);
  const bases = new Int32Array(MAX_CODE_BITS + 1);
  const symbols = new Uint16Array(lengths.length);
  const fast = new Uint16Array(1 << FAST_BITS);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length += 1) {
    const count = counts[length] ?? 0;
    bases[length] = code - index;
    for (let symbol = 0; count > 0 && symbol < lengths.length; symbol += 1) {
      if (lengths[symbol] !== length) continue;
      symbols[index] = symbol;
      index += 1;
      if (length <= FAST_BITS) {
        const first = code << (FAST_BITS - length);
        fast.fill((symbol << 5) | length, first, first + (1 << (FAST_BITS - length)));
      }
      code += 1;
    }
    if (count > 0) limits[length] = code - 1;
    code <<= 1;
  }
  return { fast, limits, bases, symbols };
}

function decodeSymbol(bits: BitReader, code: Code): number {
  const entry = code.fast[bits.peek(FAST_BITS)] ?? 0;
  if (entry !== 0) {
    bits.skip(entry & 31);
    return entry >>> 5;
  }
  for (let length = 1; length <= MAX_CODE_BITS; length += 1) {
    const value = bits.peek(length);
    if (value > (code.limits[length] ?? -1)) continue;
    bits.skip(length);
    const symbol = code.symbols[value - (code.bases[length] ?? 0)];
    if (symbol !== undefined) return symbol;
    break;
  }
  return refuse('no such code');
}

/** Undoes Huffman code, run lengths of the front symbol, and move-to-front. Gives the length of the block. */
function readSymbols(
  bits: BitReader,
  symbolMap: Uint8Array,
  selectors: Uint8Array,
  codes: readonly Code[],
  table: Uint32Array,
  counts: Uint32Array,
): number {
  const order = symbolMap.slice();
  const endSymbol = symbolMap.length + 1;
  let length = 0;
  let runLength = 0;
  let runWeight = 1;
  for (let group = 0; ; group += 1) {
    const code = codes[selectors[group] ?? -1];
    if (code === undefined) return refuse('more symbols than selectors');
    for (let i = 0; i < GROUP_SYMBOLS; i += 1) {
      const symbol = decodeSymbol(bits, code);
      if (symbol <= 1) {
        if (runWeight >= MAX_RUN) refuse('a run without end');
        runLength += runWeight << symbol;
        runWeight <<= 1;
        continue;
      }
      if (runLength > 0) {
        if (length + runLength > table.length) refuse('a block longer than its size');
        const byte = order[0] as number;
        counts[byte] = (counts[byte] as number) + runLength;
        table.fill(byte, length, length + runLength);
        length += runLength;
        runLength = 0;
        runWeight = 1;
      }
      if (symbol === endSymbol) return length;
      if (length >= table.length || symbol > MAX_SYMBOLS) refuse('a block longer than its size');
      const byte = order[symbol - 1] as number;
      order.copyWithin(1, 0, symbol - 1);
      order[0] = byte;
      counts[byte] = (counts[byte] as number) + 1;
      table[length] = byte;
      length += 1;
    }
  }
}

/** Undoes the Burrows-Wheeler transform: links each byte to the one that follows it. */
function unsort(table: Uint32Array, length: number, counts: Uint32Array): void {
  const places = new Uint32Array(256);
  for (let byte = 1; byte < 256; byte += 1) {
    places[byte] = (places[byte - 1] as number) + (counts[byte - 1] as number);
  }
  for (let i = 0; i < length; i += 1) {
    const byte = (table[i] as number) & 0xff;
    const place = places[byte] as number;
    places[byte] = place + 1;
    table[place] = (table[place] as number) | (i << 8);
  }
}

function refuse(detail: string): never {
  throw new BytesError('bad-data', `bzip2: ${detail}`);
}
