import { type Kysely, type Selectable, sql } from 'kysely';
import { type Clock, quote } from '#kernel';
import type { Tables } from '../database/tables.ts';
import type { TokenRecord } from '../records.ts';
import type { TokenStore } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { isUuid } from './uuid.ts';

export function createTokenStore({
  db,
  clock,
}: {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
}): TokenStore {
  /** The earlier of two revocations and the later of two uses stand. */
  async function stamp(id: string, values: Record<string, ReturnType<typeof sql<Date>>>): Promise<void> {
    const result = isUuid(id)
      ? await db.updateTable('tokens').set(values).where('id', '=', id).executeTakeFirst()
      : undefined;
    if (result === undefined || result.numUpdatedRows === 0n) {
      throw new StoreError('not-found', `no token ${quote(id)}`);
    }
  }

  return {
    async create(input) {
      const row = await db
        .insertInto('tokens')
        .values({
          hash: input.hash,
          name: input.name,
          scopes: JSON.stringify(input.scopes),
          created_at: clock.now(),
          expires_at: input.expiresAt ?? null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toRecord(row);
    },
    async findByHash(hash) {
      const row = await db.selectFrom('tokens').selectAll().where('hash', '=', hash).executeTakeFirst();
      return row === undefined ? undefined : toRecord(row);
    },
    async list() {
      const rows = await db.selectFrom('tokens').selectAll().orderBy('created_at').orderBy('id').execute();
      return rows.map(toRecord);
    },
    revoke: (id, at) => stamp(id, { revoked_at: sql<Date>`least(revoked_at, ${at})` }),
    touch: (id, at) => stamp(id, { last_used_at: sql<Date>`greatest(last_used_at, ${at})` }),
  };
}

function toRecord(row: Selectable<Tables['tokens']>): TokenRecord {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes as TokenRecord['scopes'],
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  };
}
