import { createHash } from 'node:crypto';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Clock } from '#kernel';
import type { Migration } from '../migrations/all.ts';
import { StoreError } from '../store-error.ts';
import type { Tables } from './tables.ts';

/** Any number that nothing else in the database locks. */
const LOCK_KEY = 7_255_971_001;

/**
 * Brings the schema up to date: each migration in one transaction, under a lock that only one process holds.
 *
 * @throws {StoreError} `newer-schema` when the database was written by a newer server, `corrupt` when a migration
 * that was applied reads differently now
 */
export async function migrate(
  db: Kysely<Tables>,
  migrations: readonly Migration[],
  clock: Clock,
): Promise<number> {
  let appliedCount = 0;
  while (await db.transaction().execute((trx) => applyNext(trx, migrations, clock))) appliedCount += 1;
  return appliedCount;
}

/** Says whether there was one to apply. */
async function applyNext(
  trx: Transaction<Tables>,
  migrations: readonly Migration[],
  clock: Clock,
): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_KEY)})`.execute(trx);
  await trx.schema
    .createTable('schema_migrations')
    .ifNotExists()
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('applied_at', 'timestamptz(3)', (column) => column.notNull())
    .execute();
  const applied = await trx.selectFrom('schema_migrations').selectAll().orderBy('number').execute();
  for (const row of applied) checkApplied(row, migrations);
  const next = migrations[applied.length];
  if (next === undefined) return false;
  await sql.raw(next.sql).execute(trx);
  await trx
    .insertInto('schema_migrations')
    .values({ number: next.number, name: next.name, sha256: digest(next.sql), applied_at: clock.now() })
    .execute();
  return true;
}

function checkApplied(row: Tables['schema_migrations'], migrations: readonly Migration[]): void {
  const known = migrations[row.number - 1];
  if (known === undefined) {
    throw new StoreError(
      'newer-schema',
      `the database has migration ${row.number} (${row.name}); this server knows ${migrations.length}`,
    );
  }
  if (row.sha256 !== digest(known.sql)) {
    throw new StoreError('corrupt', `migration ${known.name} is not the one that made this database`);
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
