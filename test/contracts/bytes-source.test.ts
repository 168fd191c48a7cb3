import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  budgetSource,
  cachedSource,
  countingSource,
  createHttpSource,
  inflateSource,
  memorySource,
  openFileSource,
  sliceSource,
} from '#bytes';
import { acceptByteSource } from './bytes-source.ts';

acceptByteSource('memory', async (bytes) => memorySource(bytes));

acceptByteSource('file', async (bytes) => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-'));
  const path = join(folder, 'file');
  await writeFile(path, bytes);
  const source = await openFileSource(path);
  return {
    ...source,
    async [Symbol.asyncDispose]() {
      await source[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
});

acceptByteSource('slice', async (bytes) => {
  const around = Buffer.concat([Buffer.alloc(99, 1), bytes, Buffer.alloc(99, 2)]);
  return sliceSource(memorySource(around), 99, bytes.length);
});

acceptByteSource('counting', async (bytes) => countingSource(memorySource(bytes)));
acceptByteSource('budget', async (bytes) => budgetSource(memorySource(bytes), { maxBytes: 1 << 30 }));
acceptByteSource('cached', async (bytes) =>
  cachedSource(memorySource(bytes), { blockBytes: 1000, maxCachedBytes: 20_000 }),
);

acceptByteSource('http', async (bytes) =>
  createHttpSource({
    sizeBytes: bytes.length,
    fetchRange: async (start, end) => bytes.subarray(start, end),
  }),
);

const limits = { maxInflatedBytes: 1 << 24, maxRatio: 1000 };
acceptByteSource('inflated in memory', (bytes) =>
  inflateSource('gzip', memorySource(gzipSync(bytes)), limits),
);
acceptByteSource('inflated in windows', (bytes) =>
  inflateSource('gzip', memorySource(gzipSync(bytes)), { ...limits, memoryBytes: 250_000 }),
);
