import type { Kysely, Selectable } from 'kysely';
import { PolicyName, Protocol } from '#api';
import { type Clock, quote } from '#kernel';
import type { Tables } from '../database/tables.ts';
import type { RepositoryRecord } from '../records.ts';
import type { RepositoryStore } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { isUuid } from './uuid.ts';

export function createRepositoryStore({
  db,
  clock,
}: {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
}): RepositoryStore {
  const select = () => db.selectFrom('repositories').selectAll();
  return {
    async create(input) {
      const row = await db
        .insertInto('repositories')
        .values({
          name: input.name,
          protocol: input.protocol,
          kind: input.kind,
          upstream_url: input.upstreamUrl ?? null,
          upstream_token: input.upstreamToken ?? null,
          policy: input.policy,
          created_at: clock.now(),
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toRecord(row);
    },
    async find(name) {
      const row = await select().where('name', '=', name).executeTakeFirst();
      return row === undefined ? undefined : toRecord(row);
    },
    async get(id) {
      const row = isUuid(id) ? await select().where('id', '=', id).executeTakeFirst() : undefined;
      if (row === undefined) throw missing(id);
      return toRecord(row);
    },
    async list() {
      return (await select().orderBy('name').execute()).map(toRecord);
    },
    async update(name, change) {
      // Distinguishes "not named" from "named as undefined", which clears.
      const values = {
        ...('upstreamUrl' in change ? { upstream_url: change.upstreamUrl ?? null } : {}),
        ...('upstreamToken' in change ? { upstream_token: change.upstreamToken ?? null } : {}),
        ...(change.policy === undefined ? {} : { policy: change.policy }),
      };
      const row =
        Object.keys(values).length === 0
          ? await select().where('name', '=', name).executeTakeFirst()
          : await db
              .updateTable('repositories')
              .set(values)
              .where('name', '=', name)
              .returningAll()
              .executeTakeFirst();
      if (row === undefined) throw missing(name);
      return toRecord(row);
    },
    async delete(name) {
      const { numDeletedRows } = await db
        .deleteFrom('repositories')
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      if (numDeletedRows === 0n) throw missing(name);
    },
  };
}

function toRecord(row: Selectable<Tables['repositories']>): RepositoryRecord {
  return {
    id: row.id,
    name: row.name,
    protocol: Protocol.parse(row.protocol),
    kind: row.kind === 'local' ? 'local' : 'remote',
    upstreamUrl: row.upstream_url ?? undefined,
    upstreamToken: row.upstream_token ?? undefined,
    policy: PolicyName.parse(row.policy),
    createdAt: row.created_at,
  };
}

function missing(what: string): StoreError {
  return new StoreError('not-found', `no repository ${quote(what)}`);
}
