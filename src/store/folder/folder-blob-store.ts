import { close, createReadStream, fstat, open } from 'node:fs';
import { type FileHandle, rename, stat, unlink } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { type ByteSource, BytesError, openFileSource } from '#bytes';
import type { Sha256 } from '#kernel';
import type { BlobStore, ByteRange } from '../blob-store.ts';
import type { BlobInfo } from '../records.ts';
import { StoreError } from '../store-error.ts';
import { BlobFolders } from './blob-folders.ts';
import { toBlobPath } from './blob-paths.ts';
import { fromFileError, isMissing } from './file-error.ts';
import { stageFile } from './staged-file.ts';

/** Larger pieces are no faster, and eight slow clients would hold eight times more (measured). */
const STREAM_CHUNK_BYTES = 256 * 1024;

const openFd = promisify(open);
const closeFd = promisify(close);
const statFd = promisify(fstat);

/**
 * Blobs as files below `root`, named by their digest. The file is the truth: it gets its name when all of it is on
 * disk. `record` enters it in the inventory; a blob that lacks its row, or a row that lacks its file, is put right
 * by the next commit.
 */
export function createFolderBlobStore({
  root,
  stagingFolder,
  record,
}: {
  readonly root: string;
  readonly stagingFolder: string;
  readonly record: (info: BlobInfo) => Promise<void>;
}): BlobStore {
  const folders = new BlobFolders(root);

  async function find(sha256: Sha256): Promise<BlobInfo | undefined> {
    try {
      const stats = await stat(toBlobPath(root, sha256));
      return stats.isFile() ? { sha256, sizeBytes: stats.size } : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw fromFileError(error, `blob ${sha256}`);
    }
  }

  async function publish(file: FileHandle, path: string, info: BlobInfo): Promise<void> {
    const known = await find(info.sha256);
    if (known?.sizeBytes === info.sizeBytes) {
      await unlink(path);
    } else {
      await file.chmod(0o444);
      await file.sync();
      await folders.make(info.sha256);
      await rename(path, toBlobPath(root, info.sha256));
    }
    // Also for a blob that was there: whoever stored it may not have come to this.
    await folders.flush(info.sha256);
    await record(info);
  }

  return {
    find,
    open: (sha256) => openBlob(toBlobPath(root, sha256), sha256),
    stream: (sha256, range) => streamBlob(toBlobPath(root, sha256), sha256, range),
    stage: (options) => stageFile(stagingFolder, options, publish),
  };
}

async function openBlob(path: string, sha256: Sha256): Promise<ByteSource & AsyncDisposable> {
  try {
    return await openFileSource(path);
  } catch (error) {
    if (error instanceof BytesError) throw fromFileError(error.cause ?? error, `blob ${sha256}`);
    throw error;
  }
}

/** Node's own file stream over a descriptor: nothing faster leads to a socket. */
async function streamBlob(path: string, sha256: Sha256, range: ByteRange | undefined): Promise<Readable> {
  try {
    const fd = await openFd(path, 'r');
    if (range === undefined) return createReadStream(path, { fd, highWaterMark: STREAM_CHUNK_BYTES });
    const { size } = await statFd(fd);
    const { start, end } = range;
    if (start < end && end <= size) {
      return createReadStream(path, { fd, start, end: end - 1, highWaterMark: STREAM_CHUNK_BYTES });
    }
    await closeFd(fd);
    if (start === end && end <= size) return Readable.from([]);
    throw new StoreError('invalid-value', `range ${start}-${end} is not inside the ${size} bytes of a blob`);
  } catch (error) {
    throw fromFileError(error, `blob ${sha256}`);
  }
}
