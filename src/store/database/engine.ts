import { setFlagsFromString } from 'node:v8';
import { PGlite } from '@electric-sql/pglite';
import { DurableNodeFS } from './durable-node-fs.ts';
import { PreparedQueries } from './prepared-queries.ts';

/**
 * Keeps the optimising compiler away from the engine's WebAssembly. One of its functions costs 600 MB of memory to
 * optimise, for no gain in speed that we could measure. All three are needed: what `--liftoff-only` implies at
 * the start of a process it does not imply when it is set later. Must be set before the engine is compiled.
 */
const COMPILER_FLAGS = ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering'] as const;

const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  wal_sync_method: 'fsync', // fdatasync is a stub in the engine
  // One connection and a database that the page cache holds anyway: each megabyte here is resident memory.
  shared_buffers: '4MB',
  wal_buffers: '256kB',
  max_connections: '4',
  temp_buffers: '1MB',
  work_mem: '2MB',
  maintenance_work_mem: '16MB',
  min_wal_size: '8MB',
  max_wal_size: '64MB',
  track_activities: 'off',
  timezone: 'UTC',
};

/** Segments are written to their full size when they are made: small ones keep a small database small. */
export const INITDB_PARAMS = ['--wal-segsize=4'] as const;

export interface Engine {
  readonly lite: PGlite;
  readonly queries: PreparedQueries;
  readonly fsyncCount: () => number;
}

/** Opens a database folder in this thread, creating the database when the folder is empty. */
export async function openEngine(folder: string, onFatal: (message: string) => never): Promise<Engine> {
  for (const flag of COMPILER_FLAGS) setFlagsFromString(flag);
  const fs = new DurableNodeFS(folder, onFatal);
  const defaults = PGlite.defaultStartParams.filter((param) => param !== '-F');
  const lite = await PGlite.create({
    fs,
    initDbStartParams: [...INITDB_PARAMS],
    startParams: [
      ...defaults,
      ...Object.entries(SETTINGS).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
  });
  return { lite, queries: new PreparedQueries(lite), fsyncCount: () => fs.fsyncCount };
}
