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
  const lanes = Int32Array.of(PRIME_1 + PRIME_2, PRIME_2, 0, -PRIME_1);
  const rest = Buffer.alloc(STRIPE_BYTES);
  let restBytes = 0;
  let totalBytes = 0;

  function takeStripe(bytes: Buffer, at: number): void {
    for (let lane = 0; lane < 4; lane += 1) {
      const sum = (lanes[lane] as number) + Math.imul(bytes.readInt32LE(at + lane * 4), PRIME_2);
      lanes[lane] = Math.imul(rotate(sum, 13), PRIME_1);
    }
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
        takeStripe(rest, 0);
        restBytes = 0;
      }
      for (; at + STRIPE_BYTES <= bytes.length; at += STRIPE_BYTES) takeStripe(bytes, at);
      restBytes = bytes.copy(rest, 0, at);
    },
    value() {
      let hash = PRIME_5 | 0;
      if (totalBytes >= STRIPE_BYTES) {
        const [a = 0, b = 0, c = 0, d = 0] = lanes;
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

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
