import type { Log } from '#kernel';
import type { SqlRunner } from './database-thread.ts';

const EVERY_MS = 30_000;

/** What a start after a crash has to replay at most, and about what the log takes on disk. */
const MAX_WAL_BYTES = 32 * 1024 * 1024;

/** PostgreSQL stops at two thousand million transactions that it cannot forget. */
const FREEZE_AGE = 500_000_000;

export type Chore = 'checkpoint' | 'freeze' | { readonly vacuumed: string };

/**
 * The embedded engine has no background processes: nothing writes checkpoints or vacuums unless it is asked to, so
 * that its log and its tables would grow for ever. This asks.
 */
export function startMaintenance(runner: SqlRunner, log: Log): Disposable {
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    maintain(runner)
      .then((chores) => {
        if (chores.length > 0) log.debug('database maintained', { chores });
      })
      .catch((error: unknown) => log.warn('the database could not be maintained', { error }))
      .finally(() => {
        isBusy = false;
      });
  }, EVERY_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Does what is due, at most one table at a time: every other query waits meanwhile. */
export async function maintain(runner: SqlRunner): Promise<readonly Chore[]> {
  const chores: Chore[] = [];
  const table = await findTable(runner);
  if (table !== undefined) {
    await runner.script(`vacuum (analyze) ${table}`);
    chores.push({ vacuumed: table });
  }
  const { walBytes, age } = await readState(runner);
  if (age > FREEZE_AGE) {
    await runner.script('vacuum (freeze)');
    chores.push('freeze');
  }
  if (walBytes > MAX_WAL_BYTES) {
    await runner.script('checkpoint');
    chores.push('checkpoint');
  }
  return chores;
}

async function readState(runner: SqlRunner): Promise<{ readonly walBytes: number; readonly age: number }> {
  const { rows } = await runner.script(`
    select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::float8 as wal_bytes,
      (select age(datfrozenxid) from pg_database where datname = current_database()) as age
    from pg_control_checkpoint()`);
  return { walBytes: Number(rows[0]?.wal_bytes ?? 0), age: Number(rows[0]?.age ?? 0) };
}

/** The table with most to clean up, by the thresholds of PostgreSQL's own autovacuum. */
async function findTable(runner: SqlRunner): Promise<string | undefined> {
  const { rows } = await runner.script(`
    select quote_ident(schemaname) || '.' || quote_ident(relname) as name
    from pg_stat_all_tables
    where n_dead_tup > 1000 + 0.2 * n_live_tup
      or n_ins_since_vacuum > 10000 + 0.2 * n_live_tup
      or n_mod_since_analyze > 1000 + 0.2 * n_live_tup
    order by n_dead_tup + n_ins_since_vacuum desc
    limit 1`);
  const name = rows[0]?.name;
  return typeof name === 'string' ? name : undefined;
}
