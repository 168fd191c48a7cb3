const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;
const STRIPE_BYTES = 16;

export interface Xxh32 {
  update(bytes: Uint8Array): void;
  value(): number;
}

/** XXH32 with seed 0, the checksum of LZ4 frames. @see xxHash specification */
export function createXxh32(): Xxh32 {
  let a = (PRIME_1 + PRIME_2) | 0;
  let b = PRIME_2 | 0;
  let c = 0;
  let d = -PRIME_1 | 0;
  const rest = Buffer.alloc(STRIPE_BYTES);
  let restBytes = 0;
  let totalBytes = 0;

  /** Takes whole stripes; gives where it stopped. */
  function takeStripes(bytes: Uint8Array, start: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = start;
    for (; at + STRIPE_BYTES <= bytes.length; at += STRIPE_BYTES) {
      a = mix(a, view.getInt32(at, true));
      b = mix(b, view.getInt32(at + 4, true));
      c = mix(c, view.getInt32(at + 8, true));
      d = mix(d, view.getInt32(at + 12, true));
    }
    return at;
  }

  return {
    update(input) {
      const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
      totalBytes += bytes.length;
      let at = 0;
      if (restBytes > 0) {
        at = bytes.copy(rest, restBytes, 0);
        restBytes += at;
        if (restBytes < STRIPE_BYTES) return;
        takeStripes(rest, 0);
        restBytes = 0;
      }
      at = takeStripes(bytes, at);
      restBytes = bytes.copy(rest, 0, at);
    },
    value() {
      let hash = PRIME_5 | 0;
      if (totalBytes >= STRIPE_BYTES) {
        hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
      }
      hash = (hash + totalBytes) | 0;
      let at = 0;
      for (; at + 4 <= restBytes; at += 4) {
        hash = Math.imul(rotate((hash + Math.imul(rest.readInt32LE(at), PRIME_3)) | 0, 17), PRIME_4);
      }
      for (; at < restBytes; at += 1) {
        hash = Math.imul(rotate((hash + Math.imul(rest[at] ?? 0, PRIME_5)) | 0, 11), PRIME_1);
      }
      hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
      hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
      return (hash ^ (hash >>> 16)) >>> 0;
    },
  };
}

function mix(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
