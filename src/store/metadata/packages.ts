import { type Kysely, type Selectable, sql } from 'kysely';
import { type Clock, quote } from '#kernel';
import type { Tables } from '../database/tables.ts';
import type { PackageRecord } from '../records.ts';
import type { PackageStore } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { boundLimit, decodeCursor, toPage } from './page-cursor.ts';
import { isUuid } from './uuid.ts';

const DEFAULT_REF = 'main';

type NewPackage = Pick<PackageRecord, 'repositoryId' | 'type' | 'name' | 'isPrivate'>;

export function createPackageStore({
  db,
  clock,
}: {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
}): PackageStore {
  const select = () => db.selectFrom('packages').selectAll();

  async function find(repositoryId: string, type: string, name: string): Promise<PackageRecord | undefined> {
    if (!isUuid(repositoryId)) return undefined;
    const row = await select()
      .where('repository_id', '=', repositoryId)
      .where('type', '=', type)
      .where('name_key', '=', toNameKey(name))
      .executeTakeFirst();
    return row === undefined ? undefined : toRecord(row);
  }

  function insert(input: NewPackage) {
    if (!isUuid(input.repositoryId)) throw new StoreError('not-found', 'no such repository');
    const now = clock.now();
    return db.insertInto('packages').values({
      repository_id: input.repositoryId,
      type: input.type,
      name: input.name,
      name_key: toNameKey(input.name),
      is_private: input.isPrivate,
      default_ref: DEFAULT_REF,
      created_at: now,
      updated_at: now,
    });
  }

  return {
    find,
    async create(input) {
      return toRecord(await insert(input).returningAll().executeTakeFirstOrThrow());
    },
    async ensure(input) {
      const known = await find(input.repositoryId, input.type, input.name);
      if (known !== undefined) return known;
      const made = await insert(input)
        .onConflict((conflict) => conflict.columns(['repository_id', 'type', 'name_key']).doNothing())
        .returningAll()
        .executeTakeFirst();
      if (made !== undefined) return toRecord(made);
      const other = await find(input.repositoryId, input.type, input.name);
      if (other === undefined) throw new StoreError('conflict', `package ${quote(input.name)} came and went`);
      return other;
    },
    async get(id) {
      const row = isUuid(id) ? await select().where('id', '=', id).executeTakeFirst() : undefined;
      if (row === undefined) throw missing(id);
      return toRecord(row);
    },
    async list(filter, page) {
      if (!isUuid(filter.repositoryId)) return { items: [], next: undefined };
      const limit = boundLimit(page);
      let query = select().where('repository_id', '=', filter.repositoryId);
      if (filter.type !== undefined) query = query.where('type', '=', filter.type);
      if (filter.author !== undefined) {
        const prefix = toNameKey(filter.author);
        // `0` is the character after `/`: a range that the index serves.
        query = query.where('name_key', '>=', `${prefix}/`).where('name_key', '<', `${prefix}0`);
      }
      if (filter.search !== undefined) {
        query = query.where(sql<boolean>`strpos(name_key, ${toNameKey(filter.search)}) > 0`);
      }
      if (page.after !== undefined) {
        const [nameKey, type] = decodeCursor(page.after, 2);
        query = query.where(sql<boolean>`(name_key, type) > (${nameKey}, ${type})`);
      }
      const rows = await query
        .orderBy('name_key')
        .orderBy('type')
        .limit(limit + 1)
        .execute();
      return toPage(rows, limit, toRecord, (row) => [row.name_key, row.type]);
    },
    async update(id, change) {
      const row = isUuid(id)
        ? await db
            .updateTable('packages')
            .set({
              ...(change.isPrivate === undefined ? {} : { is_private: change.isPrivate }),
              ...(change.name === undefined ? {} : { name: change.name, name_key: toNameKey(change.name) }),
              updated_at: clock.now(),
            })
            .where('id', '=', id)
            .returningAll()
            .executeTakeFirst()
        : undefined;
      if (row === undefined) throw missing(id);
      return toRecord(row);
    },
    async delete(id) {
      const result = isUuid(id)
        ? await db.deleteFrom('packages').where('id', '=', id).executeTakeFirst()
        : undefined;
      if (result === undefined || result.numDeletedRows === 0n) throw missing(id);
    },
  };
}

/** What is unique: names that differ only in case are one, also where Unicode has several capitals. */
export function toNameKey(name: string): string {
  return name.toUpperCase().toLowerCase();
}

function toRecord(row: Selectable<Tables['packages']>): PackageRecord {
  return {
    id: row.id,
    repositoryId: row.repository_id,
    type: row.type,
    name: row.name,
    isPrivate: row.is_private,
    defaultRef: row.default_ref,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function missing(id: string): StoreError {
  return new StoreError('not-found', `no package ${quote(id)}`);
}
