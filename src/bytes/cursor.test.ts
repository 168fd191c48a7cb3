import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor } from './cursor.ts';
import { countingSource } from './sources/budget-source.ts';
import { memorySource } from './sources/memory-source.ts';

const over = (bytes: Uint8Array, offset?: number, length?: number) =>
  Cursor.over(memorySource(bytes), offset, length);
const withCode = (code: string) => expect.objectContaining({ code });

describe('a cursor', () => {
  it('reads numbers of every width as they were written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.double(), async (whole, real) => {
        const bytes = Buffer.alloc(16);
        bytes.writeBigUInt64LE(whole);
        bytes.writeDoubleBE(real, 8);
        const cursor = await over(bytes);
        expect(cursor.u64('whole')).toBe(whole);
        expect(cursor.f64be('real')).toBe(real);
        cursor.seek(0);
        expect(cursor.u32('low') + cursor.u32('high') * 2 ** 32).toBe(
          Number(whole & 0xffffffffn) + Number(whole >> 32n) * 2 ** 32,
        );
        cursor.seek(0);
        expect([cursor.i8('a'), cursor.u8('b'), cursor.u16be('c'), cursor.i32('d')]).toEqual([
          bytes.readInt8(0),
          bytes[1],
          bytes.readUInt16BE(2),
          bytes.readInt32LE(4),
        ]);
      }),
    );
  });

  it('refills a long region in windows that grow', async () => {
    const bytes = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251));
    const source = countingSource(memorySource(bytes));
    const cursor = await Cursor.over(source);
    let at = 0;
    while (cursor.remaining > 0) {
      if (cursor.available < 16) await cursor.ensure(16);
      if (cursor.u8('opcode') !== at % 251) throw new Error(`wrong byte at ${at}`);
      at += 1;
    }
    expect(at).toBe(bytes.length);
    expect(source.counted.reads).toBeLessThan(10);
  });

  it('says what it was reading and where the region ended', async () => {
    const cursor = await over(Buffer.alloc(10), 4, 3);
    expect(cursor.u16('version')).toBe(0);
    const error = expect.objectContaining({
      code: 'truncated',
      offset: 6,
      message: expect.stringContaining('size'),
    });
    expect(() => cursor.u16('size')).toThrow(error);
    expect(cursor.position).toBe(6);
    await expect(over(Buffer.alloc(3), 4)).rejects.toThrow(withCode('truncated'));
  });

  it('tells a forgotten ensure from an end', async () => {
    const cursor = await over(Buffer.alloc(200_000));
    cursor.skip(150_000, 'body');
    expect(() => cursor.u8('opcode')).toThrow(withCode('out-of-range'));
    await cursor.ensure(1);
    expect(cursor.u8('opcode')).toBe(0);
    expect(() => cursor.skip(60_000, 'body')).toThrow(withCode('truncated'));
    expect(() => cursor.skip(-1, 'body')).toThrow(withCode('out-of-range'));
  });

  it('bounds counts, and magic', async () => {
    const cursor = await over(Buffer.from('0500000000000000ffffffff00', 'hex'));
    expect(cursor.count('tensor count', 5)).toBe(5);
    expect(() => cursor.count('metadata count', 9.5, 'u32')).toThrow(withCode('limit-exceeded'));
    cursor.seek(0);
    expect(() => cursor.expect(Uint8Array.of(9), 'magic')).toThrow(withCode('bad-data'));
    expect(cursor.startsWith(Uint8Array.of(0, 0))).toBe(true);
  });

  it('reads lines within a bound', async () => {
    const cursor = await over(Buffer.from(`one\n\n${'x'.repeat(100_000)}\nend`));
    const read = async (max: number) => Buffer.from(await cursor.readLine(max, 'line')).toString();
    expect([await read(10), await read(10)]).toEqual(['one', '']);
    await expect(read(99_999)).rejects.toThrow(withCode('limit-exceeded'));
    expect(await read(100_000)).toHaveLength(100_000);
    await expect(read(10)).rejects.toThrow(withCode('truncated'));
  });
});
