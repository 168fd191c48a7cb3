import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, type Log, silentLog, systemClock } from '#kernel';
import { openStore, type Store } from '#store';

const ROOT = join(import.meta.dirname, '..', '..');

export interface TestStore extends AsyncDisposable {
  readonly store: Store;
  readonly dataDir: string;
  /** Closes the store and opens it again over the same folder. */
  reopen(): Promise<Store>;
}

/**
 * A real store in a folder of its own, which goes when it is disposed. Making a database takes seconds: one is made
 * for each state of the migrations and copied.
 */
export async function openTestStore(
  options: { readonly clock?: Clock; readonly log?: Log } = {},
): Promise<TestStore> {
  const { clock = systemClock, log = silentLog } = options;
  const dataDir = await copyTemplate();
  let store = await openStore({ dataDir, clock, log });
  return {
    get store() {
      return store;
    },
    dataDir,
    async reopen() {
      await store[Symbol.asyncDispose]();
      store = await openStore({ dataDir, clock, log });
      return store;
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A data folder with an empty, migrated database, as a server of this version would have it. */
export async function copyTemplate(): Promise<string> {
  const template = await makeTemplate();
  const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-test-'));
  await cp(template, dataDir, { recursive: true, mode: constants.COPYFILE_FICLONE });
  return dataDir;
}

let template: Promise<string> | undefined;

function makeTemplate(): Promise<string> {
  template ??= findOrMake();
  return template;
}

async function findOrMake(): Promise<string> {
  const cache = join(ROOT, 'node_modules', '.cache', 'sallyport');
  const path = join(cache, `store-${await readStamp()}`);
  if (await isThere(path)) return path;
  await mkdir(cache, { recursive: true });
  const making = await mkdtemp(join(cache, 'making-'));
  const store = await openStore({ dataDir: making, clock: systemClock, log: silentLog });
  await store.queue.failed(); // starts the queue, which makes its tables
  await store[Symbol.asyncDispose]();
  try {
    await rename(making, path);
  } catch (error) {
    // Another process was faster: its template is as good.
    if (!(await isThere(path))) throw error;
    await rm(making, { recursive: true, force: true });
  }
  return path;
}

/** Changes with whatever shapes an empty database. */
async function readStamp(): Promise<string> {
  const hash = createHash('sha256');
  const migrations = join(ROOT, 'src', 'store', 'migrations');
  for (const name of (await readdir(migrations)).sort()) hash.update(await readFile(join(migrations, name)));
  hash.update(await readFile(join(ROOT, 'src', 'store', 'database', 'engine.ts')));
  hash.update(await readFile(join(ROOT, 'src', 'store', 'queue', 'job-kinds.ts')));
  hash.update(await readFile(join(ROOT, 'package-lock.json')));
  return hash.digest('hex').slice(0, 16);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
