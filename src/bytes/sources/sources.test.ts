import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { budgetSource, countingSource } from './budget-source.ts';
import { cachedSource } from './cached-source.ts';
import { openFileSource } from './file-source.ts';
import { createHttpSource } from './http-source.ts';
import { memorySource } from './memory-source.ts';
import { sliceSource } from './slice-source.ts';

const withCode = (code: string) => expect.objectContaining({ code });
const CONTENT = Buffer.from(Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 31) & 0xff));

describe('a file source', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('notices that the file was cut or changed', async () => {
    const path = join(folder, 'file');
    await writeFile(path, CONTENT);
    await using cut = await openFileSource(path);
    await truncate(path, 1000);
    await expect(cut.read(5000, 10)).rejects.toThrow(withCode('truncated'));
    await using grown = await openFileSource(path);
    await appendFile(path, 'more');
    await expect(grown.read(0, 10)).rejects.toThrow(withCode('changed'));
  });

  it('opens regular files only, and nothing after it is closed', async () => {
    await expect(openFileSource(folder)).rejects.toThrow(withCode('unreadable'));
    await expect(openFileSource(join(folder, 'none'))).rejects.toThrow(withCode('unreadable'));
    const path = join(folder, 'file');
    await writeFile(path, 'x');
    const source = await openFileSource(path);
    await source[Symbol.asyncDispose]();
    await expect(source.read(0, 1)).rejects.toThrow(withCode('unreadable'));
  });
});

describe('a budget', () => {
  it('is refused before it is passed', async () => {
    const source = budgetSource(memorySource(CONTENT), { maxBytes: 100, maxReads: 3 });
    await source.read(0, 60);
    await expect(source.read(0, 41)).rejects.toThrow(withCode('budget-exceeded'));
    await source.read(0, 40);
    await source.read(0, 0);
    await expect(source.read(0, 0)).rejects.toThrow(withCode('budget-exceeded'));
    expect(source.counted).toEqual({ bytes: 100, reads: 3 });
  });
});

describe('a slice', () => {
  it('lies inside its source', () => {
    for (const [offset, length] of [
      [CONTENT.length, 1],
      [-1, 2],
      [0, CONTENT.length + 1],
      [5, -1],
    ] as const) {
      expect(() => sliceSource(memorySource(CONTENT), offset, length)).toThrow(withCode('out-of-range'));
    }
  });
});

describe('a cache', () => {
  const BLOCK = { blockBytes: 1024, gapBytes: 1024, maxReadAheadBytes: 0 };

  it('fetches near reads of one turn as one, and what is there not again', async () => {
    const counted = countingSource(memorySource(CONTENT));
    const cached = cachedSource(counted, BLOCK);
    await Promise.all([
      cached.read(0, 10),
      cached.read(1500, 10),
      cached.read(3000, 10),
      cached.read(100, 10),
    ]);
    expect(counted.counted).toEqual({ bytes: 3072, reads: 1 });
    await cached.read(50, 3000);
    expect(counted.counted.reads).toBe(1);
    await Promise.all([cached.read(500_000, 1), cached.read(900_000, 1)]);
    expect(counted.counted).toEqual({ bytes: 3072 + 2048, reads: 3 });
  });

  it('doubles what it brings ahead while reads follow one another', async () => {
    const counted = countingSource(memorySource(CONTENT));
    const cached = cachedSource(counted, { ...BLOCK, maxReadAheadBytes: 1 << 20 });
    for (let offset = 0; offset < CONTENT.length; offset += 500) {
      const length = Math.min(500, CONTENT.length - offset);
      expect(
        Buffer.compare(await cached.read(offset, length), CONTENT.subarray(offset, offset + length)),
      ).toBe(0);
    }
    expect(counted.counted.reads).toBeLessThan(20);
    expect(counted.counted.bytes).toBe(CONTENT.length);
  });

  it('keeps no more than it may', async () => {
    const counted = countingSource(memorySource(CONTENT));
    const cached = cachedSource(counted, { ...BLOCK, maxCachedBytes: 10 * 1024 });
    for (let block = 0; block < 20; block += 1) await cached.read(block * 1024, 10);
    await cached.read(19 * 1024, 10);
    expect(counted.counted.reads).toBe(20);
    await cached.read(0, 10);
    expect(counted.counted.reads).toBe(21);
  });

  it('gives a failure to everyone who waits, and tries again afterwards', async () => {
    let failures = 1;
    const inner = memorySource(CONTENT);
    const flaky = {
      sizeBytes: inner.sizeBytes,
      read: async (offset: number, length: number) => {
        if (failures-- > 0) throw new Error('gone');
        return inner.read(offset, length);
      },
    };
    const cached = cachedSource(flaky, BLOCK);
    const both = await Promise.allSettled([cached.read(0, 10), cached.read(5, 10)]);
    expect(both.map((one) => one.status)).toEqual(['rejected', 'rejected']);
    expect(await cached.read(0, 10)).toHaveLength(10);
  });

  it('never fails on a budget for what it added itself', async () => {
    const budget = budgetSource(memorySource(CONTENT), { maxBytes: 6 * 1024 });
    const cached = cachedSource(budget, { ...BLOCK, maxReadAheadBytes: 1 << 20 });
    for (let block = 0; block < 6; block += 1) await cached.read(block * 1024, 10);
    await expect(cached.read(7 * 1024, 10)).rejects.toThrow(withCode('budget-exceeded'));
  });
});

describe('a source behind ranges', () => {
  const open = (fetchRange: (start: number, end: number) => Promise<Uint8Array>, maxRequests = 4) =>
    createHttpSource({ sizeBytes: CONTENT.length, fetchRange, maxRequests });

  it('refuses answers of another length', async () => {
    for (const extra of [-1, 1]) {
      const source = open(async (start, end) => new Uint8Array(end - start + extra));
      await expect(source.read(0, 10)).rejects.toThrow(withCode('truncated'));
    }
  });

  it('wraps what the fetcher throws', async () => {
    const cause = new Error('refused');
    const source = open(() => Promise.reject(cause));
    await expect(source.read(0, 10)).rejects.toThrow(expect.objectContaining({ code: 'unreadable', cause }));
  });

  it('makes few requests at the same time', async () => {
    let running = 0;
    let most = 0;
    const source = open(async (start, end) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return CONTENT.subarray(start, end);
    }, 2);
    await Promise.all(Array.from({ length: 9 }, (_, i) => source.read(i * 110_000, 10)));
    expect([most, running]).toEqual([2, 0]);
  });
});
