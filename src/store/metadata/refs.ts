import type { Kysely, Selectable } from 'kysely';
import { type Clock, quote } from '#kernel';
import type { Tables } from '../database/tables.ts';
import type { RefRecord } from '../records.ts';
import type { RefStore } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { isUuid } from './uuid.ts';

export function createRefStore({
  db,
  clock,
}: {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
}): RefStore {
  function insert(packageId: string, ref: RefRecord) {
    if (!isUuid(packageId)) throw new StoreError('not-found', `no package ${quote(packageId)}`);
    return db.insertInto('refs').values({
      package_id: packageId,
      name: ref.name,
      kind: ref.kind,
      revision: ref.revision,
      checked_at: ref.checkedAt,
    });
  }

  return {
    async find(packageId, name) {
      if (!isUuid(packageId)) return undefined;
      const row = await db
        .selectFrom('refs')
        .selectAll()
        .where('package_id', '=', packageId)
        .where('name', '=', name)
        .executeTakeFirst();
      return row === undefined ? undefined : toRecord(row);
    },
    async list(packageId) {
      if (!isUuid(packageId)) return [];
      const rows = await db
        .selectFrom('refs')
        .selectAll()
        .where('package_id', '=', packageId)
        .orderBy('name')
        .execute();
      return rows.map(toRecord);
    },
    async create(packageId, ref) {
      await insert(packageId, { ...ref, checkedAt: clock.now() }).execute();
    },
    async put(packageId, ref) {
      await insert(packageId, ref)
        .onConflict((conflict) =>
          conflict
            .columns(['package_id', 'name'])
            .doUpdateSet({ kind: ref.kind, revision: ref.revision, checked_at: ref.checkedAt }),
        )
        .execute();
    },
    async delete(packageId, name) {
      const result = isUuid(packageId)
        ? await db
            .deleteFrom('refs')
            .where('package_id', '=', packageId)
            .where('name', '=', name)
            .executeTakeFirst()
        : undefined;
      if (result === undefined || result.numDeletedRows === 0n) {
        throw new StoreError('not-found', `no ref ${quote(name)}`);
      }
    },
  };
}

function toRecord(row: Selectable<Tables['refs']>): RefRecord {
  return { kind: toKind(row.kind), name: row.name, revision: row.revision, checkedAt: row.checked_at };
}

function toKind(text: string): RefRecord['kind'] {
  if (text === 'branch' || text === 'tag' || text === 'pull-request') return text;
  throw new StoreError('corrupt', `a ref has the kind ${quote(text)}`);
}
