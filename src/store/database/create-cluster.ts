import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { flushFolder, flushTree } from '../folder/flush.ts';
import { StoreError } from '../store-error.ts';
import { programUrl } from './program-url.ts';

const CREATE_TIMEOUT_MS = 180_000; // measured: 2 to 11 s, on a busy machine

const MAKING = '.making-';

/**
 * Makes an empty database in `folder`, unless there is one. A child process does it, as it takes three times the
 * memory that serving does; the folder gets its name when everything in it is on disk.
 */
export async function createCluster(folder: string): Promise<void> {
  if (existsSync(join(folder, 'PG_VERSION'))) return;
  await removeUnfinished(folder);
  // A name of its own: a child of a process that was killed may still be writing.
  const making = `${folder}${MAKING}${randomBytes(8).toString('hex')}`;
  await mkdir(making, { mode: 0o700 });
  const program = fileURLToPath(programUrl('create-cluster-main'));
  try {
    await promisify(execFile)(process.execPath, [program, making], {
      timeout: CREATE_TIMEOUT_MS,
      env: { NODE_NO_WARNINGS: '1' },
      maxBuffer: 1 << 20,
    });
  } catch (error) {
    throw new StoreError('io', 'the database could not be created', { cause: error });
  }
  await flushTree(making);
  await rename(making, folder);
  await flushFolder(dirname(folder));
}

async function removeUnfinished(folder: string): Promise<void> {
  const prefix = `${basename(folder)}${MAKING}`;
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(prefix)) continue;
    await rm(join(dirname(folder), name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}
