import { createReadStream } from 'node:fs';
import type { Kysely, Selectable } from 'kysely';
import { type Clock, isSha256, quote } from '#kernel';
import type { BlobStore } from '../blob-store.ts';
import type { Tables } from '../database/tables.ts';
import { isUuid } from '../metadata/uuid.ts';
import type { UploadRecord, UploadStore } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { fromFileError } from './file-error.ts';
import { PartFiles } from './part-files.ts';

/** As S3 has it. More parts only cost more names to look through. */
const MAX_PARTS = 10_000;

const READ_CHUNK_BYTES = 1024 * 1024;

/** Uploads in parts: rows in the database, bytes below `root`. */
export function createFolderUploadStore({
  root,
  db,
  blobs,
  clock,
}: {
  readonly root: string;
  readonly db: Kysely<Tables>;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}): UploadStore & { cleanUp(): Promise<void> } {
  const parts = new PartFiles(root);

  async function find(id: string): Promise<UploadRecord | undefined> {
    if (!isUuid(id)) return undefined;
    const row = await db
      .selectFrom('uploads')
      .selectAll()
      .where('id', '=', id)
      .where('expires_at', '>', clock.now())
      .executeTakeFirst();
    return row === undefined ? undefined : toRecord(row);
  }

  async function get(id: string): Promise<UploadRecord> {
    const upload = await find(id);
    if (upload === undefined) throw new StoreError('not-found', `no upload ${quote(id)}`);
    return upload;
  }

  async function forget(id: string): Promise<void> {
    await db.deleteFrom('uploads').where('id', '=', id).execute();
    await parts.remove(id);
  }

  async function join(upload: UploadRecord, etags: readonly string[]): Promise<void> {
    await using staged = await blobs.stage({ sizeBytes: upload.sizeBytes });
    for (const [index, etag] of etags.entries()) {
      const path = parts.path(upload.id, index + 1, etag);
      for await (const chunk of createReadStream(path, { highWaterMark: READ_CHUNK_BYTES })) {
        await staged.write(chunk);
      }
    }
    await staged.commit({ sha256: upload.sha256, sizeBytes: upload.sizeBytes });
  }

  /** What is left of uploads whose row went with their package, or before the process could remove it. */
  async function removeOrphans(): Promise<void> {
    const found = (await parts.ids()).filter(isUuid);
    if (found.length === 0) return;
    const rows = await db.selectFrom('uploads').select('id').execute();
    const known = new Set(rows.map(({ id }) => id));
    for (const id of found) if (!known.has(id)) await parts.remove(id);
  }

  return {
    find,
    async cleanUp() {
      await parts.removeUnfinished();
      await removeOrphans();
    },
    async begin(input) {
      if (!isUuid(input.packageId)) throw new StoreError('not-found', `no package ${quote(input.packageId)}`);
      if (countParts(input) > MAX_PARTS) {
        throw new StoreError('invalid-value', `more than ${MAX_PARTS} parts`);
      }
      const row = await db.transaction().execute(async (trx) => {
        await trx
          .deleteFrom('uploads')
          .where('package_id', '=', input.packageId)
          .where('sha256', '=', input.sha256)
          .where('expires_at', '<=', clock.now())
          .execute();
        return trx
          .insertInto('uploads')
          .values({
            package_id: input.packageId,
            sha256: input.sha256,
            size_bytes: input.sizeBytes,
            part_bytes: input.partBytes,
            expires_at: input.expiresAt,
          })
          .onConflict((conflict) =>
            conflict
              .columns(['package_id', 'sha256', 'size_bytes', 'part_bytes'])
              .doUpdateSet({ expires_at: input.expiresAt }),
          )
          .returningAll()
          .executeTakeFirstOrThrow();
      });
      return toRecord(row);
    },
    async writePart(id, partNumber, body) {
      const upload = await get(id);
      const count = countParts(upload);
      if (!Number.isSafeInteger(partNumber) || partNumber < 1 || partNumber > count) {
        throw new StoreError('size-mismatch', `part ${partNumber} of an upload of ${count} parts`);
      }
      const start = (partNumber - 1) * upload.partBytes;
      const sizeBytes = Math.min(upload.partBytes, upload.sizeBytes - start);
      return parts.write(id, partNumber, sizeBytes, body);
    },
    async complete(id, claimed) {
      const upload = await get(id);
      const count = countParts(upload);
      const present = await parts.list(id);
      const ordered = [...claimed].sort((a, b) => a.partNumber - b.partNumber);
      const isWhole = ordered.length === count && ordered.every((part, i) => part.partNumber === i + 1);
      if (!isWhole) throw new StoreError('conflict', `not the ${count} parts of the upload`);
      const missing = ordered.find((part) => present.get(part.partNumber) !== part.etag);
      if (missing !== undefined) {
        throw new StoreError('conflict', `part ${missing.partNumber} is not there with this entity tag`);
      }
      try {
        await join(
          upload,
          ordered.map(({ etag }) => etag),
        );
      } catch (error) {
        throw fromFileError(error, 'an upload');
      }
      await forget(id);
    },
    async abort(id) {
      if (isUuid(id)) await forget(id);
    },
    async deleteExpired(now) {
      const gone = await db.deleteFrom('uploads').where('expires_at', '<=', now).returning('id').execute();
      for (const { id } of gone) await parts.remove(id);
      await removeOrphans();
      return gone.length;
    },
  };
}

function countParts({ sizeBytes, partBytes }: Pick<UploadRecord, 'sizeBytes' | 'partBytes'>): number {
  return Math.ceil(sizeBytes / partBytes);
}

function toRecord(row: Selectable<Tables['uploads']>): UploadRecord {
  if (!isSha256(row.sha256)) throw new StoreError('corrupt', 'an upload has a broken digest');
  return {
    id: row.id,
    packageId: row.package_id,
    sha256: row.sha256,
    sizeBytes: Number(row.size_bytes),
    partBytes: Number(row.part_bytes),
    expiresAt: row.expires_at,
  };
}
