import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { FileReport, Report } from '#findings';
import { type Clock, isSha256, quote, type Sha256 } from '#kernel';
import type { Tables } from '../database/tables.ts';
import type { FileReportKey, ReportStore } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { toCanonicalJson } from './canonical-json.ts';
import { packJson, unpackJson } from './packed-json.ts';

export function createReportStore({
  db,
  clock,
}: {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
}): ReportStore {
  return {
    async put(report) {
      const text = toCanonicalJson(report);
      const digest = sha256Of(text);
      const known = await db
        .selectFrom('reports')
        .select('digest')
        .where('digest', '=', digest)
        .executeTakeFirst();
      if (known !== undefined) return digest;
      const { sizeBytes, body } = await packJson(text);
      await db
        .insertInto('reports')
        .values({ digest, size_bytes: sizeBytes, body, created_at: clock.now() })
        .onConflict((conflict) => conflict.column('digest').doNothing())
        .execute();
      return digest;
    },
    async get(digest) {
      const row = await db
        .selectFrom('reports')
        .select(['size_bytes', 'body'])
        .where('digest', '=', digest)
        .executeTakeFirst();
      if (row === undefined) throw new StoreError('not-found', `no report ${quote(digest)}`);
      return (await unpackJson({ sizeBytes: Number(row.size_bytes), body: row.body })) as Report;
    },
    async putFile(key, reports) {
      const { sizeBytes, body } = await packJson(JSON.stringify(reports));
      await db
        .insertInto('file_reports')
        .values({ key: toKey(key), size_bytes: sizeBytes, body, created_at: clock.now() })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ size_bytes: sizeBytes, body }))
        .execute();
    },
    async findFile(key) {
      const row = await db
        .selectFrom('file_reports')
        .select(['size_bytes', 'body'])
        .where('key', '=', toKey(key))
        .executeTakeFirst();
      if (row === undefined) return undefined;
      return (await unpackJson({ sizeBytes: Number(row.size_bytes), body: row.body })) as FileReport[];
    },
  };
}

/** Of fixed length whatever the path, which may be hostile and long. */
function toKey({ sha256, engineFingerprint, path }: FileReportKey): Sha256 {
  return sha256Of(JSON.stringify([sha256, engineFingerprint, path]));
}

function sha256Of(text: string): Sha256 {
  const digest = createHash('sha256').update(text).digest('hex');
  if (!isSha256(digest)) throw new TypeError('not a digest');
  return digest;
}
