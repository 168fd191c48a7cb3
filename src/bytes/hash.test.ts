import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { crc32Source, hashSource } from './hash.ts';
import { openFileSource } from './sources/file-source.ts';
import { memorySource } from './sources/memory-source.ts';

it('hashes sources of any size, in memory and on disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-'));
  for (const size of [0, 1, 4 << 20, (9 << 20) + 7]) {
    const bytes = Buffer.alloc(size, 'a length that is prime to the chunk');
    const path = join(folder, `${size}`);
    await writeFile(path, bytes);
    await using file = await openFileSource(path);
    for (const source of [memorySource(bytes), file]) {
      expect(await hashSource(source, 'sha256')).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(await crc32Source(source)).toBe(crc32(bytes));
    }
  }
  await rm(folder, { recursive: true });
});

it('says how far it is, and stops when told so', async () => {
  const done: number[] = [];
  const source = memorySource(Buffer.alloc(10 << 20));
  await hashSource(source, 'sha1', { onProgress: (bytes) => done.push(bytes) });
  expect(done).toEqual([4 << 20, 8 << 20, 10 << 20]);
  const stop = () => {
    throw new Error('stop');
  };
  await expect(hashSource(source, 'sha1', { onProgress: stop })).rejects.toThrow('stop');
});
