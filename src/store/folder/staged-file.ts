import { createHash, type Hash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteSource, BytesError } from '#bytes';
import { type GitOid, isGitOid, isSha256, type Sha256 } from '#kernel';
import type { StagedBlob, StageOptions } from '../blob-store.ts';
import type { BlobInfo } from '../records.ts';
import { StoreError } from '../store-error.ts';
import { fromFileError, isMissing } from './file-error.ts';

type Finished = BlobInfo & { readonly gitOid: GitOid | undefined };

/** Moves a finished file to its place and records it. */
export type Publish = (file: FileHandle, path: string, info: BlobInfo) => Promise<void>;

/** A new, unnamed file that nobody else can have opened. */
export async function stageFile(
  folder: string,
  options: StageOptions,
  publish: Publish,
): Promise<StagedBlob> {
  if (options.wantGitOid === true && options.sizeBytes === undefined) {
    throw new TypeError('a Git blob id needs the size beforehand');
  }
  const path = join(folder, randomBytes(16).toString('hex'));
  try {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
    return new StagedFile(await open(path, flags, 0o600), path, options, publish);
  } catch (error) {
    throw fromFileError(error, 'a new blob');
  }
}

class StagedFile implements StagedBlob {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #promisedBytes: number | undefined;
  readonly #publish: Publish;
  readonly #sha256: Hash = createHash('sha256');
  readonly #sha1: Hash | undefined;
  #writtenBytes = 0;
  #isWriting = false;
  #finished: Finished | undefined;
  #hasName = true; // of the staging folder
  #isClosed = false;

  constructor(file: FileHandle, path: string, options: StageOptions, publish: Publish) {
    this.#file = file;
    this.#path = path;
    this.#promisedBytes = options.sizeBytes;
    this.#publish = publish;
    if (options.wantGitOid === true) {
      this.#sha1 = createHash('sha1').update(`blob ${options.sizeBytes}\0`);
    }
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#isWriting || this.#finished !== undefined || this.#isClosed) {
      throw new TypeError('one write at a time, and none after the end');
    }
    const end = this.#writtenBytes + chunk.length;
    if (this.#promisedBytes !== undefined && end > this.#promisedBytes) {
      throw new StoreError('size-mismatch', `${end} bytes or more, ${this.#promisedBytes} were promised`);
    }
    this.#isWriting = true;
    try {
      // The digest is computed while the disk works.
      const written = this.#writeAll(chunk);
      this.#sha256.update(chunk);
      this.#sha1?.update(chunk);
      await written;
      this.#writtenBytes = end;
    } catch (error) {
      // The digests are ahead of the file now.
      await this.#drop();
      throw fromFileError(error, 'a new blob');
    } finally {
      this.#isWriting = false;
    }
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    this.#checkRange(offset, length);
    const target = Buffer.allocUnsafeSlow(length);
    await this.#readInto(offset, target);
    return target;
  }

  source(): ByteSource {
    const sizeBytes = this.#writtenBytes;
    return {
      sizeBytes,
      read: (offset, length) => this.read(offset, length),
      readInto: async (offset, target) => {
        this.#checkRange(offset, target.length);
        await this.#readInto(offset, target);
      },
    };
  }

  async finish(): Promise<Finished> {
    if (this.#finished !== undefined) return this.#finished;
    if (this.#isWriting || this.#isClosed)
      throw new TypeError('finished while it is written or after it is gone');
    const sha256 = this.#sha256.digest('hex');
    const gitOid = this.#sha1?.digest('hex');
    if (!isSha256(sha256) || (gitOid !== undefined && !isGitOid(gitOid))) throw new TypeError('not a digest');
    this.#finished = { sha256, sizeBytes: this.#writtenBytes, gitOid };
    return this.#finished;
  }

  async commit(expected: Parameters<StagedBlob['commit']>[0] = {}): Promise<BlobInfo> {
    const found = await this.finish();
    try {
      checkSize(found.sizeBytes, this.#promisedBytes);
      checkSize(found.sizeBytes, expected.sizeBytes);
      checkDigest('sha256', found.sha256, expected.sha256);
      checkDigest('Git blob id', found.gitOid, expected.gitOid);
      if (this.#hasName) await this.#publish(this.#file, this.#path, found);
      this.#hasName = false;
    } catch (error) {
      await this.#drop();
      throw fromFileError(error, 'a new blob');
    }
    return { sha256: found.sha256, sizeBytes: found.sizeBytes };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drop();
  }

  /** Whoever follows reads no further; what was committed stays. */
  async #drop(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#file.close();
    if (!this.#hasName) return;
    try {
      await unlink(this.#path);
    } catch (error) {
      if (!isMissing(error)) throw fromFileError(error, 'a staged blob');
    }
  }

  async #writeAll(chunk: Uint8Array): Promise<void> {
    let done = 0;
    while (done < chunk.length) {
      const position = this.#writtenBytes + done;
      const { bytesWritten } = await this.#file.write(chunk, done, chunk.length - done, position);
      done += bytesWritten;
    }
  }

  #checkRange(offset: number, length: number): void {
    const isInside =
      Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
    if (!isInside || offset + length > this.#writtenBytes) {
      throw new BytesError(
        'out-of-range',
        `asked for ${length} bytes at ${offset}, ${this.#writtenBytes} are written`,
        { offset },
      );
    }
  }

  async #readInto(offset: number, target: Uint8Array): Promise<void> {
    if (this.#isClosed) throw new BytesError('unreadable', 'the staged blob is gone', { offset });
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await this.#readSome(target, done, offset + done);
      if (bytesRead === 0)
        throw new BytesError('truncated', 'a staged file ends early', { offset: offset + done });
      done += bytesRead;
    }
  }

  async #readSome(target: Uint8Array, done: number, position: number) {
    try {
      return await this.#file.read(target, done, target.length - done, position);
    } catch (error) {
      throw new BytesError('unreadable', 'a staged file cannot be read', { cause: error, offset: position });
    }
  }
}

function checkSize(foundBytes: number, expectedBytes: number | undefined): void {
  if (expectedBytes === undefined || expectedBytes === foundBytes) return;
  throw new StoreError('size-mismatch', `${foundBytes} bytes, expected ${expectedBytes}`);
}

function checkDigest(
  what: string,
  found: Sha256 | GitOid | undefined,
  expected: Sha256 | GitOid | undefined,
): void {
  if (expected === undefined || expected === found) return;
  throw new StoreError('digest-mismatch', `${what} is ${found ?? 'not computed'}, expected ${expected}`);
}
