/** Bytes that are opcodes: a mutant made of them goes further than one of noise. */
const OPCODES = Buffer.concat([
  Buffer.from('(.012FIJKLMNPQRSTUVXabcd}eghijl]opqrst)uG'),
  Buffer.from(Array.from({ length: 0x19 }, (_, i) => 0x80 + i)),
  Buffer.from('BC'),
]);
const NUMBER_BYTES = Buffer.from('0123456789 _xoL\0\n\t-+\'"\\.');

/** mulberry32: whole 32-bit numbers. */
export function random32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Seeded mutation, the same as in mutate.py to the bit. */
export function mutate(data: Uint8Array, seed: number): Buffer {
  const draw = random32(seed);
  let out = Buffer.from(data);
  const rounds = 1 + (draw() % 3);
  for (let round = 0; round < rounds; round += 1) {
    const kind = draw() % 8;
    const at = draw() % (out.length + 1);
    const isInside = at < out.length;
    if (kind === 0 && isInside) out[at] = (out[at] ?? 0) ^ (1 << (draw() % 8));
    else if (kind === 1 && isInside) out[at] = OPCODES[draw() % OPCODES.length] ?? 0;
    else if (kind === 2) out = insert(out, at, Buffer.from([OPCODES[draw() % OPCODES.length] ?? 0]));
    else if (kind === 3) out = insert(out, at, Buffer.from([draw() % 256]));
    else if (kind === 4) out = Buffer.concat([out.subarray(0, at), out.subarray(at + 1 + (draw() % 4))]);
    else if (kind === 5) {
      const length = 1 + (draw() % 12);
      const source = draw() % (out.length + 1);
      out = insert(out, at, out.subarray(source, source + length));
    } else if (kind === 6) out = Buffer.from(out.subarray(0, at));
    else if (kind === 7 && isInside) out[at] = NUMBER_BYTES[draw() % NUMBER_BYTES.length] ?? 0;
  }
  return out;
}

function insert(data: Buffer, at: number, piece: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.concat([data.subarray(0, at), piece, data.subarray(at)]);
}
