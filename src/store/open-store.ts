import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sql } from 'kysely';
import type { Clock, Log } from '#kernel';
import { migrate } from './database/migrate.ts';
import { openEmbedded } from './database/open-embedded.ts';
import { fromFileError } from './folder/file-error.ts';
import { createFolderBlobStore } from './folder/folder-blob-store.ts';
import { createFolderUploadStore } from './folder/folder-upload-store.ts';
import { createDecisionStore } from './metadata/decisions.ts';
import { createPackageStore } from './metadata/packages.ts';
import { createRefStore } from './metadata/refs.ts';
import { createReportStore } from './metadata/reports.ts';
import { createRepositoryStore } from './metadata/repositories.ts';
import { createSettingStore } from './metadata/settings.ts';
import { createTokenStore } from './metadata/tokens.ts';
import { createVersionStore } from './metadata/versions.ts';
import { MIGRATIONS } from './migrations/all.ts';
import { lockFolder } from './owner-lock.ts';
import { JobQueue } from './queue/job-queue.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  /** Holds everything: `database/`, `blobs/`, `staging/`, `uploads/`. Made when it is not there. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Opens the store in a folder, of which this process becomes the only user until the store is closed.
 *
 * @throws {StoreError} `locked`, `newer-schema`, `corrupt`, `disk-full`, `io`
 */
export async function openStore({ dataDir, clock, log }: StoreOptions): Promise<Store> {
  const paths = await makeFolders(resolve(dataDir));
  await using opening = new AsyncDisposableStack();
  opening.use(await lockFolder(paths.root, log));
  await empty(paths.staging);
  const database = opening.use(await openEmbedded(paths.database, log));
  const { db } = database;
  const migrationCount = await migrate(db, MIGRATIONS, clock);
  if (migrationCount > 0) log.info('database migrated', { migrationCount });
  const blobs = createFolderBlobStore({
    root: paths.blobs,
    stagingFolder: paths.staging,
    async record({ sha256, sizeBytes }) {
      await db
        .insertInto('blobs')
        .values({ sha256, size_bytes: sizeBytes, created_at: clock.now() })
        .onConflict((conflict) => conflict.column('sha256').doUpdateSet({ size_bytes: sizeBytes }))
        .execute();
    },
  });
  const uploads = createFolderUploadStore({ root: paths.uploads, db, blobs, clock });
  await uploads.cleanUp();
  const queue = opening.use(new JobQueue(database, log));
  const open = opening.move();
  let closing: Promise<void> | undefined;
  return {
    repositories: createRepositoryStore({ db, clock }),
    packages: createPackageStore({ db, clock }),
    versions: createVersionStore({ db, clock }),
    refs: createRefStore({ db, clock }),
    blobs,
    reports: createReportStore({ db, clock }),
    decisions: createDecisionStore({ db }),
    tokens: createTokenStore({ db, clock }),
    uploads,
    settings: createSettingStore({ db }),
    queue,
    async ping() {
      await sql`select 1`.execute(db);
    },
    [Symbol.asyncDispose]() {
      closing ??= open.disposeAsync();
      return closing;
    },
  };
}

async function makeFolders(root: string) {
  const paths = {
    root,
    database: join(root, 'database'),
    blobs: join(root, 'blobs', 'sha256'),
    staging: join(root, 'staging'),
    uploads: join(root, 'uploads'),
  };
  try {
    for (const path of [paths.blobs, paths.staging, paths.uploads]) {
      await mkdir(path, { recursive: true, mode: 0o700 });
    }
  } catch (error) {
    throw fromFileError(error, 'the data folder');
  }
  return paths;
}

/** What a process left behind that died while it wrote. */
async function empty(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
}
