import { describe, expect, it } from 'vitest';
import { type ByteSource, BytesError } from '#bytes';
import { seededNumbers } from './mutate.ts';

/** What every source must do. `make` opens one over exactly these bytes. */
export function acceptByteSource(
  name: string,
  make: (bytes: Uint8Array) => Promise<ByteSource & Partial<AsyncDisposable>>,
): void {
  describe(`the source contract: ${name}`, () => {
    const content = Buffer.from(Uint8Array.from({ length: 300_007 }, (_, i) => (i * 7 + (i >>> 8)) & 0xff));

    async function withSource(bytes: Uint8Array, use: (source: ByteSource) => Promise<void>): Promise<void> {
      const source = await make(bytes);
      try {
        await use(source);
      } finally {
        await source[Symbol.asyncDispose]?.();
      }
    }

    it('knows its size and gives all of itself', async () => {
      for (const bytes of [Buffer.alloc(0), Buffer.from('x'), content]) {
        await withSource(bytes, async (source) => {
          expect(source.sizeBytes).toBe(bytes.length);
          expect(Buffer.compare(await source.read(0, bytes.length), bytes)).toBe(0);
          expect(await source.read(bytes.length, 0)).toHaveLength(0);
        });
      }
    });

    it('gives exactly what is asked, in any order and at the same time', async () => {
      await withSource(content, async (source) => {
        const next = seededNumbers(7);
        const reads = Array.from({ length: 200 }, async () => {
          const offset = Math.floor(next() * content.length);
          const length = Math.floor(next() ** 4 * (content.length - offset));
          const found = await source.read(offset, length);
          expect(found.length).toBe(length);
          expect(Buffer.compare(found, content.subarray(offset, offset + length))).toBe(0);
        });
        await Promise.all(reads);
      });
    });

    it('refuses what lies outside', async () => {
      await withSource(content, async (source) => {
        const size = content.length;
        const wrong = [
          [-1, 1],
          [0, -1],
          [size, 1],
          [size + 1, 0],
          [0, size + 1],
          [0.5, 1],
          [0, 1.5],
          [Number.NaN, 1],
          [0, Number.POSITIVE_INFINITY],
        ];
        for (const [offset = 0, length = 0] of wrong) {
          const error: unknown = await source.read(offset, length).catch((reason: unknown) => reason);
          expect(error, `${offset}, ${length}`).toBeInstanceOf(BytesError);
          expect(error).toMatchObject({ code: 'out-of-range' });
        }
      });
    });
  });
}
