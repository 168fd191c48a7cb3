/** CRC-64 as xz uses it (ECMA-182, reflected), in halves of 32 bits. */
export interface Crc64 {
  update(bytes: Uint8Array): void;
  value(): bigint;
}

const POLYNOMIAL = 0xc96c5795d7870f42n;
const [LOW, HIGH] = buildTables();

function buildTables(): [Int32Array, Int32Array] {
  const low = new Int32Array(256);
  const high = new Int32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n;
    low[byte] = Number(crc & 0xffff_ffffn);
    high[byte] = Number(crc >> 32n);
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
      for (let i = 0; i < bytes.length; i += 1) {
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
