/** CRC-64 as xz uses it (ECMA-182, reflected), in halves of 32 bits. */
export interface Crc64 {
  update(bytes: Uint8Array): void;
  value(): bigint;
}

const POLYNOMIAL = 0xc96c5795d7870f42n;
const SLICES = 4; // bytes taken at once, each through a table of its own
const [LOW, HIGH] = buildTables();

function buildTables(): [Int32Array, Int32Array] {
  const low = new Int32Array(256 * SLICES);
  const high = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8 * SLICES; bit += 1) {
      crc = (crc & 1n) === 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n;
      if (bit % 8 !== 7) continue;
      const at = Math.floor(bit / 8) * 256 + byte;
      low[at] = Number(crc & 0xffff_ffffn);
      high[at] = Number(crc >> 32n);
    }
  }
  return [low, high];
}

export function createCrc64(): Crc64 {
  let low = -1;
  let high = -1;
  return {
    update(bytes) {
      let a = low;
      let b = high;
      let i = 0;
      for (const end = bytes.length - SLICES; i <= end; i += SLICES) {
        const first = 768 + ((a ^ (bytes[i] as number)) & 0xff);
        const second = 512 + (((a >>> 8) ^ (bytes[i + 1] as number)) & 0xff);
        const third = 256 + (((a >>> 16) ^ (bytes[i + 2] as number)) & 0xff);
        const fourth = ((a >>> 24) ^ (bytes[i + 3] as number)) & 0xff;
        a =
          b ^
          (LOW[first] as number) ^
          (LOW[second] as number) ^
          (LOW[third] as number) ^
          (LOW[fourth] as number);
        b =
          (HIGH[first] as number) ^
          (HIGH[second] as number) ^
          (HIGH[third] as number) ^
          (HIGH[fourth] as number);
      }
      for (; i < bytes.length; i += 1) {
        const at = (a ^ (bytes[i] as number)) & 0xff;
        a = ((a >>> 8) | (b << 24)) ^ (LOW[at] as number);
        b = (b >>> 8) ^ (HIGH[at] as number);
      }
      low = a;
      high = b;
    },
    value: () => (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0),
  };
}
