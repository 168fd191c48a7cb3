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
  #range = 0;
  #code = 0;

  /** Nothing is left in the decoder, as at the proper end of a stream. */
  get isFinished(): boolean {
    return this.#code === 0;
  }

  /** Takes the five bytes at the start of a stream; the first is zero. */
  start(): boolean {
    const first = this.#next();
    this.#range = 0xffff_ffff;
    this.#code = 0;
    for (let i = 0; i < 4; i += 1) this.#code = ((this.#code << 8) | this.#next()) >>> 0;
    return first === 0;
  }

  bit(probabilities: Uint16Array, index: number): number {
    const probability = probabilities[index] as number;
    const bound = Math.imul(this.#range >>> MODEL_BITS, probability) >>> 0;
    let bit = 0;
    if (this.#code < bound) {
      this.#range = bound;
      probabilities[index] = probability + (((1 << MODEL_BITS) - probability) >>> MOVE_BITS);
    } else {
      this.#range = (this.#range - bound) >>> 0;
      this.#code = (this.#code - bound) >>> 0;
      probabilities[index] = probability - (probability >>> MOVE_BITS);
      bit = 1;
    }
    if (this.#range < TOP) {
      this.#range = (this.#range << 8) >>> 0;
      this.#code = ((this.#code << 8) | this.#next()) >>> 0;
    }
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

  /** Bits without probabilities. */
  direct(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) {
      this.#range >>>= 1;
      const isOne = this.#code >= this.#range;
      if (isOne) this.#code = (this.#code - this.#range) >>> 0;
      value = ((value << 1) | (isOne ? 1 : 0)) >>> 0;
      if (this.#range < TOP) {
        this.#range = (this.#range << 8) >>> 0;
        this.#code = ((this.#code << 8) | this.#next()) >>> 0;
      }
    }
    return value;
  }

  #next(): number {
    const byte = this.input[this.at] ?? 0;
    this.at += 1;
    return byte;
  }
}
