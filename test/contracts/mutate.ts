/** Numbers that look random and are the same for the same seed (mulberry32). */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Bytes at which parsers turn: ends of ranges, signs, quotes, brackets, opcodes. */
const TELLING = [
  0, 1, 0x7f, 0x80, 0xff, 0xfe, 0x20, 0x22, 0x28, 0x2e, 0x30, 0x39, 0x5c, 0x62, 0x63, 0x7b, 0x7d,
];

/** A sample changed in one to four places: bytes replaced, taken out, put in or repeated. The same for a seed. */
export function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  const next = seededNumbers(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  let changed = Buffer.from(bytes);
  for (let round = 1 + below(4); round > 0 && changed.length > 0; round--) {
    const at = below(changed.length);
    const length = 1 + below(Math.min(16, changed.length - at));
    const before = changed.subarray(0, at);
    switch (below(6)) {
      case 0:
        changed[at] = (changed[at] ?? 0) ^ (1 << below(8));
        break;
      case 1:
        changed[at] = TELLING[below(TELLING.length)] ?? 0;
        break;
      case 2:
        changed.fill(below(2) === 0 ? 0 : 0xff, at, at + length);
        break;
      case 3:
        changed = Buffer.concat([before, changed.subarray(at + length)]);
        break;
      case 4:
        changed = Buffer.concat([before, Buffer.from([below(256), below(256)]), changed.subarray(at)]);
        break;
      default:
        changed = Buffer.concat([before, changed.subarray(at, at + length), changed.subarray(at)]);
    }
  }
  return changed;
}
