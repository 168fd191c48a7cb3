const TOP = 0x0100_0000;
const MODEL_BITS = 11;
const MOVE_BITS = 5;
export const INITIAL_PROBABILITY = 1 << (MODEL_BITS - 1);

/**
 * The binary arithmetic decoder of LZMA. It reads from `input`, which whoever owns it refills; zeros past the end,
 * and `at` then says how many.
 */
export class RangeDecoder {
  input: Uint8Array = new Uint8Array(0);
  at = 0;
  // Both are unsigned, kept as signed: a field with a number past 2^31 would be a boxed double, at a third of the speed.
  #range = 0;
  #code = 0;

  /** Nothing is left in the decoder, as at the proper end of a stream. */
  get isFinished(): boolean {
    return this.#code === 0;
  }

  /** Takes the five bytes at the start of a stream; the first is zero. */
  start(): boolean {
    const first = this.#next();
    this.#range = -1;
    this.#code = 0;
    for (let i = 0; i < 4; i += 1) this.#code = (this.#code << 8) | this.#next();
    return first === 0;
  }

  bit(probabilities: Uint16Array, index: number): number {
    const probability = probabilities[index] as number;
    const range = this.#range;
    const code = this.#code;
    const bound = Math.imul(range >>> MODEL_BITS, probability);
    let left: number;
    let bit = 0;
    if (code >>> 0 < bound >>> 0) {
      left = bound;
      probabilities[index] = probability + (((1 << MODEL_BITS) - probability) >>> MOVE_BITS);
    } else {
      left = (range - bound) | 0;
      this.#code = (code - bound) | 0;
      probabilities[index] = probability - (probability >>> MOVE_BITS);
      bit = 1;
    }
    if (left >>> 0 < TOP) {
      left <<= 8;
      this.#code = (this.#code << 8) | this.#next();
    }
    this.#range = left;
    return bit;
  }

  /** A number of `count` bits, the highest first, by a tree of probabilities from `base` on. */
  tree(probabilities: Uint16Array, base: number, count: number): number {
    let node = 1;
    for (let i = 0; i < count; i += 1) node = (node << 1) | this.bit(probabilities, base + node);
    return node - (1 << count);
  }

  /** As `tree`, the lowest bit first. */
  reverseTree(probabilities: Uint16Array, base: number, count: number): number {
    let node = 1;
    let value = 0;
    for (let i = 0; i < count; i += 1) {
      const bit = this.bit(probabilities, base + node);
      node = (node << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  /** Bits without probabilities, at most 26. */
  direct(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) {
      this.#range >>>= 1;
      const isOne = this.#code >>> 0 >= this.#range;
      if (isOne) this.#code = (this.#code - this.#range) | 0;
      value = (value << 1) | (isOne ? 1 : 0);
      if (this.#range < TOP) {
        this.#range <<= 8;
        this.#code = (this.#code << 8) | this.#next();
      }
    }
    return value;
  }

  #next(): number {
    const at = this.at;
    this.at = at + 1;
    return at < this.input.length ? (this.input[at] as number) : 0;
  }
}
