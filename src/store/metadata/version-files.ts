import { sql, type Transaction } from 'kysely';
import { quote } from '#kernel';
import type { Tables } from '../database/tables.ts';
import type { VersionFile } from '../records.ts';
import { StoreError } from '../store-error.ts';

/** One statement's worth: a value each would pass the limit of 65,535 parameters at a tenth of this. */
const CHUNK_FILES = 5_000;

export async function insertFiles(
  trx: Transaction<Tables>,
  versionId: string,
  files: readonly VersionFile[],
): Promise<void> {
  for (const { path } of files) checkPath(path);
  for (let start = 0; start < files.length; start += CHUNK_FILES) {
    const rows = files.slice(start, start + CHUNK_FILES).map((file) => ({
      path: file.path,
      size_bytes: file.sizeBytes,
      git_oid: file.gitOid,
      sha256: file.sha256 ?? null,
      is_lfs: file.isLfs,
    }));
    await sql`
      insert into version_files (version_id, path, size_bytes, git_oid, sha256, is_lfs)
      select ${versionId}::uuid, f.path, f.size_bytes, f.git_oid, f.sha256, f.is_lfs
      from json_to_recordset(${JSON.stringify(rows)}::text::json)
        as f(path text, size_bytes bigint, git_oid text, sha256 text, is_lfs boolean)`.execute(trx);
  }
}

/** As JSON these would pass the check of parameters, and be stored as something else. */
function checkPath(path: string): void {
  if (path.includes('\0') || !path.isWellFormed()) {
    throw new StoreError('invalid-value', `a path with a NUL or half a character: ${quote(path, 60)}`);
  }
}
