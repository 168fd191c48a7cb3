import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '#kernel';
import { lockFolder } from './owner-lock.ts';

const HOLDER = `
  const { lockFolder } = await import(${JSON.stringify(join(import.meta.dirname, 'owner-lock.ts'))});
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  await lockFolder(process.argv[1], log);
  console.log('held');
  setInterval(() => {}, 1000);`;

describe('the lock of a data folder', () => {
  let folder: string;

  beforeAll(async () => {
    // Longer than the path of a socket may be.
    folder = join(await mkdtemp(join(tmpdir(), 'sallyport-test-')), 'x'.repeat(120));
    await mkdir(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('lets one owner in, and the next when it has left', async () => {
    const first = await lockFolder(folder, silentLog);
    await expect(lockFolder(folder, silentLog)).rejects.toMatchObject({ code: 'locked' });
    await first[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual([]);
    const second = await lockFolder(folder, silentLog);
    await second[Symbol.asyncDispose]();
  });

  it('is held by another process until it is killed', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, folder]);
    await once(child.stdout, 'data');
    await expect(lockFolder(folder, silentLog)).rejects.toMatchObject({ code: 'locked' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const next = await lockFolder(folder, silentLog);
    await next[Symbol.asyncDispose]();
  });

  it('meets an owner of whom only the socket in the folder is to be seen, as from another container', async () => {
    const short = await mkdtemp(join(tmpdir(), 'sallyport-test-'));
    const other = createServer().listen({ path: join(short, 'owner.sock') });
    await once(other, 'listening');
    await expect(lockFolder(short, silentLog)).rejects.toMatchObject({ code: 'locked' });
    other.close();
    await once(other, 'close');
    const next = await lockFolder(short, silentLog);
    await next[Symbol.asyncDispose]();
    await rm(short, { recursive: true, force: true });
  });
});
