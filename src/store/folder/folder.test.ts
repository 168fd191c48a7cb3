import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSha256, type Sha256, silentLog, systemClock } from '#kernel';
import { openTestStore, type TestStore } from '../../../test/support/test-store.ts';
import { openStore } from '../open-store.ts';
import { toBlobPath } from './blob-paths.ts';
import { fromFileError } from './file-error.ts';

describe('the folder of blobs and uploads', { timeout: 60_000 }, () => {
  let test: TestStore;
  const blobPath = (sha256: Sha256) => toBlobPath(join(test.dataDir, 'blobs', 'sha256'), sha256);

  beforeAll(async () => {
    test = await openTestStore();
  }, 120_000);
  afterAll(() => test[Symbol.asyncDispose]());

  async function put(bytes: Uint8Array): Promise<Sha256> {
    await using staged = await test.store.blobs.stage({});
    await staged.write(bytes);
    return (await staged.commit()).sha256;
  }

  it('holds each blob read-only under its digest, and stages elsewhere', async () => {
    const bytes = randomBytes(1000);
    const staged = await test.store.blobs.stage({});
    await staged.write(bytes);
    const { sha256 } = await staged.finish();
    expect(await readdir(join(test.dataDir, 'staging'))).toHaveLength(1);
    await staged.commit();
    const stats = await stat(blobPath(sha256));
    expect(stats.mode & 0o777).toBe(0o444);
    expect(stats.size).toBe(1000);
    const dropped = await test.store.blobs.stage({});
    await dropped.write(bytes);
    await dropped[Symbol.asyncDispose]();
    await staged[Symbol.asyncDispose]();
    expect(await readdir(join(test.dataDir, 'staging'))).toEqual([]);
    expect((await stat(blobPath(sha256))).size).toBe(1000);
  });

  it('is put right by a commit, whichever of row and file is missing or broken', async () => {
    const bytes = randomBytes(5000);
    const sha256 = await put(bytes);
    await rm(blobPath(sha256)); // a row without a file
    expect(await test.store.blobs.find(sha256)).toBeUndefined();
    await put(bytes);
    expect(await test.store.blobs.find(sha256)).toEqual({ sha256, sizeBytes: 5000 });
    await truncate(blobPath(sha256), 10);
    await put(bytes);
    expect((await stat(blobPath(sha256))).size).toBe(5000);
    const other = randomBytes(70);
    const digest = createHash('sha256').update(other).digest('hex');
    if (!isSha256(digest)) throw new TypeError('not a digest');
    await mkdir(join(blobPath(digest), '..'), { recursive: true });
    await writeFile(blobPath(digest), other); // a file without a row
    expect(await put(other)).toBe(digest);
  });

  it('lets readers go on over a blob that goes', async () => {
    const bytes = randomBytes(2_000_000);
    const sha256 = await put(bytes);
    await using source = await test.store.blobs.open(sha256);
    const stream = await test.store.blobs.stream(sha256);
    await rename(blobPath(sha256), `${blobPath(sha256)}.gone`);
    expect(Buffer.from(await source.read(1_999_000, 1000)).equals(bytes.subarray(1_999_000))).toBe(true);
    expect(Buffer.concat(await stream.toArray()).equals(bytes)).toBe(true);
  });

  it('is swept at the next start of what nobody can finish', async () => {
    const orphan = join(test.dataDir, 'uploads', '00000000-0000-4000-8000-000000000000');
    await mkdir(orphan);
    await writeFile(join(orphan, `1.${'a'.repeat(64)}`), 'x');
    const staged = await test.store.blobs.stage({});
    await staged.write(randomBytes(10));
    await test.reopen();
    expect(await readdir(join(test.dataDir, 'uploads'))).toEqual([]);
    expect(await readdir(join(test.dataDir, 'staging'))).toEqual([]);
    await staged[Symbol.asyncDispose]();
  });

  it('has one owner', async () => {
    const { dataDir } = test;
    await expect(openStore({ dataDir, clock: systemClock, log: silentLog })).rejects.toMatchObject({
      code: 'locked',
    });
  });

  it('says what a file operation failed of', () => {
    const failure = (code: string) => Object.assign(new Error(code), { code, syscall: 'write' });
    expect(fromFileError(failure('ENOSPC'), 'x')).toMatchObject({ code: 'disk-full' });
    expect(fromFileError(failure('EDQUOT'), 'x')).toMatchObject({ code: 'disk-full' });
    expect(fromFileError(failure('ENOENT'), 'x')).toMatchObject({ code: 'not-found' });
    expect(fromFileError(failure('EIO'), 'x')).toMatchObject({ code: 'io' });
    const bug = new TypeError('ours');
    expect(fromFileError(bug, 'x')).toBe(bug);
  });
});
