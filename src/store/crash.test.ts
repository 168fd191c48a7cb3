import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isSha256, silentLog, systemClock } from '#kernel';
import { copyTemplate } from '../../test/support/test-store.ts';
import { CRASH_PART_COUNT, type CrashLine, crashPart } from './crash-writer.ts';
import { openStore } from './open-store.ts';
import type { Json } from './records.ts';
import type { Store } from './store.ts';

const PROGRAM = join(import.meta.dirname, 'crash-writer.ts');

/** Moments of death after the first writes, in milliseconds; a longer row for a longer look. */
const KILLED_AFTER_MS = [40, 430, 1100];

describe('a store whose process is killed', { timeout: 300_000 }, () => {
  it('has every acknowledged write, nothing half-written, and goes on', async () => {
    const dataDir = await copyTemplate();
    const said: CrashLine[] = [];
    const handled = new Set<string>();
    for (const killedAfterMs of KILLED_AFTER_MS) {
      said.push(...(await writeUntilKilled(dataDir, killedAfterMs)));
      const store = await openStore({ dataDir, clock: systemClock, log: silentLog });
      try {
        await checkRows(store, said);
        await checkBlobs(store, dataDir, said);
        await checkJobs(store, said, handled);
      } finally {
        await store[Symbol.asyncDispose]();
      }
    }
    const store = await openStore({ dataDir, clock: systemClock, log: silentLog });
    await finishUpload(store, said);
    await store[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('is made again when it died while it was made', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-test-'));
    const child = spawn(process.execPath, [PROGRAM, dataDir], { stdio: 'ignore' });
    for (let tries = 0; tries < 600; tries += 1) {
      await sleep(50);
      if ((await readdir(dataDir)).some((name) => name.startsWith('database.making-'))) break;
    }
    await sleep(300);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(await readdir(dataDir)).not.toContain('database');
    const store = await openStore({ dataDir, clock: systemClock, log: silentLog });
    await store.ping();
    const listUnfinished = async () => (await readdir(dataDir)).filter((name) => name.includes('making'));
    // The child of the dead process sees that it is alone when it next looks.
    for (let tries = 0; tries < 600 && (await listUnfinished()).length > 0; tries += 1) await sleep(50);
    expect(await listUnfinished()).toEqual([]);
    await store[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  });
});

async function writeUntilKilled(dataDir: string, killedAfterMs: number): Promise<CrashLine[]> {
  const child = spawn(process.execPath, [PROGRAM, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: CrashLine[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.once('line', () => setTimeout(() => child.kill('SIGKILL'), killedAfterMs));
  for await (const line of lines) {
    // The last line may be cut short by the kill.
    if (!line.endsWith('}')) break;
    said.push(JSON.parse(line) as CrashLine);
  }
  expect(said.length).toBeGreaterThan(0);
  return said;
}

async function checkRows(store: Store, said: readonly CrashLine[]): Promise<void> {
  const { id } = (await store.repositories.find('crash')) ?? { id: '' };
  const packageId = (await store.packages.find(id, 'model', 'a/b'))?.id ?? '';
  const tip = (await store.refs.find(packageId, 'main'))?.revision;
  const last = said.findLast((line) => line.kind === 'committed')?.revision;
  const tried = said.findLast((line) => line.kind === 'will-commit')?.revision;
  expect([last, tried]).toContain(tip);
  for (const line of said) {
    if (line.kind === 'committed') {
      const version = await store.versions.find(packageId, line.revision);
      expect((await store.versions.files(version?.id ?? '')).length).toBe(line.fileCount);
    } else if (line.kind === 'decision') {
      expect((await store.decisions.find(line.id))?.versionId).toBe(line.versionId);
      expect((await store.decisions.current(line.versionId))?.state).toBe('active');
    }
  }
  const attempted = tried === undefined ? undefined : await store.versions.find(packageId, tried);
  // A version is there with all its files or not at all.
  if (attempted !== undefined) expect((await store.versions.files(attempted.id)).length).toBeGreaterThan(0);
}

async function checkBlobs(store: Store, dataDir: string, said: readonly CrashLine[]): Promise<void> {
  for (const line of said) {
    if (line.kind !== 'blob' || !isSha256(line.sha256)) continue;
    expect(await store.blobs.find(line.sha256)).toMatchObject({ sizeBytes: line.sizeBytes });
  }
  const root = join(dataDir, 'blobs', 'sha256');
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(join(entry.parentPath, entry.name))) hash.update(chunk);
    expect(hash.digest('hex')).toBe(entry.name);
  }
  expect(await readdir(join(dataDir, 'staging'))).toEqual([]);
  await using staged = await store.blobs.stage({});
  await staged.write(Buffer.from('still works'));
  await staged.commit();
}

async function checkJobs(store: Store, said: readonly CrashLine[], handled: Set<string>): Promise<void> {
  const sent = said.flatMap((line) => (line.kind === 'job' || line.kind === 'taken' ? [line.payload] : []));
  for (const kind of ['judge-version', 'sweep-uploads'] as const) {
    const handle = async (payload: Json) => {
      if (typeof payload === 'string') handled.add(payload);
    };
    await store.queue.work(kind, handle, 4);
  }
  for (let tries = 0; tries < 400 && !sent.every((payload) => handled.has(payload)); tries += 1)
    await sleep(50);
  expect(sent.filter((payload) => !handled.has(payload))).toEqual([]);
}

/** The acknowledged parts are still good for it. */
async function finishUpload(store: Store, said: readonly CrashLine[]): Promise<void> {
  const etags = new Map<number, string>();
  let upload = '';
  for (const line of said) {
    if (line.kind !== 'part') continue;
    upload = line.upload;
    etags.set(line.partNumber, line.etag);
  }
  expect(etags.size).toBeGreaterThan(0);
  for (let n = 1; n <= CRASH_PART_COUNT; n += 1) {
    if (etags.has(n)) continue;
    const body = (async function* () {
      yield crashPart(n);
    })();
    etags.set(n, await store.uploads.writePart(upload, n, body));
  }
  await store.uploads.complete(
    upload,
    [...etags].map(([partNumber, etag]) => ({ partNumber, etag })),
  );
}
