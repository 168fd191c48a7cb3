import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { type Clock, isGitOid, isSha256, quote } from '#kernel';
import type { Tables } from '../database/tables.ts';
import type { Json, VersionFile, VersionRecord } from '../records.ts';
import type { NewVersion, VersionStore } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { boundLimit, decodeCursor, encodeCursor, toPage } from './page-cursor.ts';
import { isUuid } from './uuid.ts';
import { insertFiles } from './version-files.ts';

type Row = Selectable<Tables['versions']>;

export function createVersionStore({
  db,
  clock,
}: {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
}): VersionStore {
  const select = () => db.selectFrom('versions').selectAll();

  async function find(packageId: string, revision: string): Promise<VersionRecord | undefined> {
    if (!isUuid(packageId)) return undefined;
    const row = await select()
      .where('package_id', '=', packageId)
      .where('revision', '=', revision)
      .executeTakeFirst();
    return row === undefined ? undefined : toRecord(row);
  }

  return {
    find,
    async ensure(input) {
      const known = await find(input.packageId, input.revision);
      return known ?? db.transaction().execute((trx) => insertVersion(trx, input));
    },
    async commit(input) {
      return db.transaction().execute(async (trx) => {
        await moveBranch(trx, input, clock.now());
        const version = await insertVersion(trx, input);
        await trx
          .updateTable('packages')
          .set({ updated_at: clock.now() })
          .where('id', '=', input.packageId)
          .execute();
        return version;
      });
    },
    async get(id) {
      const row = isUuid(id) ? await select().where('id', '=', id).executeTakeFirst() : undefined;
      if (row === undefined) throw new StoreError('not-found', `no version ${quote(id)}`);
      return toRecord(row);
    },
    async files(versionId) {
      if (!isUuid(versionId)) return [];
      const rows = await db
        .selectFrom('version_files')
        .selectAll()
        .where('version_id', '=', versionId)
        .orderBy('path')
        .execute();
      return rows.map(toFile);
    },
    async file(versionId, path) {
      if (!isUuid(versionId)) return undefined;
      const row = await db
        .selectFrom('version_files')
        .selectAll()
        .where('version_id', '=', versionId)
        .where('path', '=', path)
        .executeTakeFirst();
      return row === undefined ? undefined : toFile(row);
    },
    async setFileDigest(versionId, path, sha256) {
      const result = isUuid(versionId)
        ? await db
            .updateTable('version_files')
            .set({ sha256 })
            .where('version_id', '=', versionId)
            .where('path', '=', path)
            .executeTakeFirst()
        : undefined;
      if (result === undefined || result.numUpdatedRows === 0n) {
        throw new StoreError('not-found', `no file ${quote(path)} in version ${quote(versionId)}`);
      }
    },
    async history(packageId, revision, page) {
      if (!isUuid(packageId)) return { items: [], next: undefined };
      const limit = boundLimit(page);
      const start = page.after === undefined ? revision : decodeCursor(page.after, 1)[0];
      const { rows } = await sql<Row>`
        with recursive line as (
          select v.*, 0 as depth from versions v
          where v.package_id = ${packageId}::uuid and v.revision = ${start}
          union all
          select v.*, line.depth + 1 from line
          join versions v on v.package_id = line.package_id and v.revision = line.first_parent
          where line.depth < ${limit}
        )
        select * from line order by depth`.execute(db);
      const last = rows[limit];
      return {
        items: rows.slice(0, limit).map(toRecord),
        next: last === undefined ? undefined : encodeCursor([last.revision]),
      };
    },
    async list(packageId, page) {
      if (!isUuid(packageId)) return { items: [], next: undefined };
      const limit = boundLimit(page);
      let query = select().where('package_id', '=', packageId);
      if (page.after !== undefined) {
        const { createdAt, id } = readDateCursor(page.after);
        query = query.where(sql<boolean>`(created_at, id) < (${createdAt}, ${id}::uuid)`);
      }
      const rows = await query
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      return toPage(rows, limit, toRecord, (row) => [row.created_at.toISOString(), row.id]);
    },
  };
}

/** A version that is there stays as it is: versions do not change. */
async function insertVersion(trx: Transaction<Tables>, input: NewVersion): Promise<VersionRecord> {
  if (!isUuid(input.packageId)) throw new StoreError('not-found', 'no such package');
  const row = await trx
    .insertInto('versions')
    .values({
      package_id: input.packageId,
      revision: input.revision,
      first_parent: input.parents[0] ?? null,
      parents: JSON.stringify(input.parents),
      title: input.title,
      message: input.message,
      author: input.author,
      created_at: input.createdAt,
      info: JSON.stringify(input.info),
    })
    .onConflict((conflict) => conflict.columns(['package_id', 'revision']).doNothing())
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) {
    const known = await trx
      .selectFrom('versions')
      .selectAll()
      .where('package_id', '=', input.packageId)
      .where('revision', '=', input.revision)
      .executeTakeFirst();
    if (known === undefined) throw new StoreError('conflict', 'the version came and went');
    return toRecord(known);
  }
  await insertFiles(trx, row.id, input.files);
  return toRecord(row);
}

async function moveBranch(
  trx: Transaction<Tables>,
  input: Parameters<VersionStore['commit']>[0],
  now: Date,
): Promise<void> {
  if (!isUuid(input.packageId)) throw new StoreError('not-found', 'no such package');
  const moved =
    input.expected === undefined
      ? await trx
          .insertInto('refs')
          .values({
            package_id: input.packageId,
            name: input.branch,
            kind: 'branch',
            revision: input.revision,
            checked_at: now,
          })
          .onConflict((conflict) => conflict.columns(['package_id', 'name']).doNothing())
          .returning('name')
          .execute()
      : await trx
          .updateTable('refs')
          .set({ revision: input.revision, checked_at: now })
          .where('package_id', '=', input.packageId)
          .where('name', '=', input.branch)
          .where('kind', '<>', 'tag')
          .where('revision', '=', input.expected)
          .returning('name')
          .execute();
  if (moved.length === 0) {
    const state = input.expected === undefined ? 'exists already' : `is not at ${quote(input.expected)}`;
    throw new StoreError('conflict', `branch ${quote(input.branch)} ${state}`);
  }
}

function readDateCursor(after: string): { readonly createdAt: Date; readonly id: string } {
  const [date = '', id = ''] = decodeCursor(after, 2);
  const createdAt = new Date(date);
  if (Number.isNaN(createdAt.getTime()) || !isUuid(id)) {
    throw new StoreError('invalid-value', 'not a page cursor of this list');
  }
  return { createdAt, id };
}

function toRecord(row: Row): VersionRecord {
  return {
    id: row.id,
    packageId: row.package_id,
    revision: row.revision,
    parents: row.parents as readonly string[],
    title: row.title,
    message: row.message,
    author: row.author,
    createdAt: row.created_at,
    info: row.info as Json,
  };
}

function toFile(row: Selectable<Tables['version_files']>): VersionFile {
  const { git_oid: gitOid, sha256 } = row;
  if (!isGitOid(gitOid) || (sha256 !== null && !isSha256(sha256))) {
    throw new StoreError('corrupt', `file ${quote(row.path)} has a broken digest`);
  }
  return {
    path: row.path,
    sizeBytes: Number(row.size_bytes),
    gitOid,
    sha256: sha256 ?? undefined,
    isLfs: row.is_lfs,
  };
}
