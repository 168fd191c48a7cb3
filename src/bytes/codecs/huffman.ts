/** Codes of up to this length are decoded by one look into a table, longer ones bit by bit. */
const FAST_BITS = 10;
const FAST_MASK = (1 << FAST_BITS) - 1;
const MAX_BITS = 15;

/** A canonical Huffman code as deflate sends it: least significant bit first. */
export interface HuffmanCode {
  /** By the next 10 bits: `symbol << 4 | length`, or 0 for longer codes and those that do not exist. */
  readonly fast: Int32Array;
  readonly counts: Uint16Array; // codes by length
  readonly symbols: Uint16Array; // in order of their codes
}

/** How the lengths fill the space of codes: `over` cannot be decoded, `under` leaves codes without a symbol. */
export type Filling = 'full' | 'over' | 'under';

export function buildHuffman(lengths: Uint8Array): { readonly code: HuffmanCode; readonly filling: Filling } {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  let left = 1;
  let filling: Filling = 'full';
  const offsets = new Uint16Array(MAX_BITS + 2);
  const nextCode = new Uint16Array(MAX_BITS + 2);
  for (let length = 1; length <= MAX_BITS; length += 1) {
    const count = counts[length] ?? 0;
    left = left * 2 - count;
    if (left < 0)
      return { code: { fast: new Int32Array(0), counts, symbols: new Uint16Array(0) }, filling: 'over' };
    offsets[length + 1] = (offsets[length] ?? 0) + count;
    nextCode[length + 1] = ((nextCode[length] ?? 0) + count) << 1;
  }
  if (left > 0) filling = 'under';
  const symbols = new Uint16Array(lengths.length);
  const fast = new Int32Array(1 << FAST_BITS);
  for (let symbol = 0; symbol < lengths.length; symbol += 1) {
    const length = lengths[symbol] ?? 0;
    if (length === 0) continue;
    const place = offsets[length] ?? 0;
    offsets[length] = place + 1;
    symbols[place] = symbol;
    const code = nextCode[length] ?? 0;
    nextCode[length] = code + 1;
    if (length > FAST_BITS) continue;
    const entry = (symbol << 4) | length;
    for (let at = reverse(code, length); at <= FAST_MASK; at += 1 << length) fast[at] = entry;
  }
  return { code: { fast, counts, symbols }, filling };
}

/** Decodes one symbol from the low bits: `symbol << 4 | length`, or -1 where no code fits. */
export function decodeSymbol(code: HuffmanCode, bits: number): number {
  const entry = code.fast[bits & FAST_MASK] as number;
  return entry !== 0 ? entry : decodeSlowly(code, bits);
}

function decodeSlowly({ counts, symbols }: HuffmanCode, bits: number): number {
  let value = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= MAX_BITS; length += 1) {
    value |= (bits >>> (length - 1)) & 1;
    const count = counts[length] ?? 0;
    if (value - count < first) return ((symbols[index + value - first] ?? 0) << 4) | length;
    index += count;
    first = (first + count) << 1;
    value <<= 1;
  }
  return -1;
}

function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let i = 0; i < length; i += 1) reversed |= ((code >>> i) & 1) << (length - 1 - i);
  return reversed;
}
