import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../store-error.ts';
import { fromFileError, isMissing } from './file-error.ts';
import { flushFolder } from './flush.ts';

const MAKING = 'making.';

/**
 * The parts of uploads: `<root>/<upload>/<number>.<digest>`, each with its name only when all of it is on disk.
 * Ids are uuids of ours.
 */
export class PartFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** @returns the part's entity tag: the SHA-256 of its bytes */
  async write(
    id: string,
    partNumber: number,
    sizeBytes: number,
    body: AsyncIterable<Uint8Array>,
  ): Promise<string> {
    const folder = join(this.#root, id);
    try {
      if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined)
        await flushFolder(this.#root);
      const making = join(folder, `${MAKING}${randomBytes(12).toString('hex')}`);
      try {
        const etag = await writeFlushed(making, sizeBytes, body);
        await rename(making, this.path(id, partNumber, etag));
        await flushFolder(folder);
        await this.#removeOthers(id, partNumber, etag);
        return etag;
      } finally {
        await rm(making, { force: true });
      }
    } catch (error) {
      throw fromFileError(error, 'a part of an upload');
    }
  }

  path(id: string, partNumber: number, etag: string): string {
    return join(this.#root, id, `${partNumber}.${etag}`);
  }

  /** The entity tags that are there, by part. */
  async list(id: string): Promise<ReadonlyMap<number, string>> {
    const names = await listNames(join(this.#root, id));
    return new Map(names.flatMap((name) => toPart(name) ?? []));
  }

  /** What was being written when a process died. */
  async removeUnfinished(): Promise<void> {
    for (const id of await this.ids()) {
      for (const name of await listNames(join(this.#root, id))) {
        if (name.startsWith(MAKING)) await rm(join(this.#root, id, name), { force: true });
      }
    }
  }

  async remove(id: string): Promise<void> {
    await rm(join(this.#root, id), { recursive: true, force: true });
  }

  /** Of all uploads that have files. */
  ids(): Promise<readonly string[]> {
    return listNames(this.#root);
  }

  async #removeOthers(id: string, partNumber: number, etag: string): Promise<void> {
    for (const name of await listNames(join(this.#root, id))) {
      const isOther = name.startsWith(`${partNumber}.`) && name !== `${partNumber}.${etag}`;
      if (isOther) await rm(join(this.#root, id, name), { force: true });
    }
  }
}

async function writeFlushed(
  path: string,
  sizeBytes: number,
  body: AsyncIterable<Uint8Array>,
): Promise<string> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    const hash = createHash('sha256');
    let writtenBytes = 0;
    for await (const chunk of body) {
      writtenBytes += chunk.length;
      if (writtenBytes > sizeBytes) throw sizeError(`${writtenBytes} or more`, sizeBytes);
      hash.update(chunk);
      for (let done = 0; done < chunk.length; ) {
        done += (await file.write(chunk, done, chunk.length - done)).bytesWritten;
      }
    }
    if (writtenBytes < sizeBytes) throw sizeError(String(writtenBytes), sizeBytes);
    await file.sync();
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}

function sizeError(found: string, sizeBytes: number): StoreError {
  return new StoreError('size-mismatch', `a part of ${found} bytes, expected ${sizeBytes}`);
}

async function listNames(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw fromFileError(error, 'the parts of an upload');
  }
}

function toPart(name: string): [[number, string]] | undefined {
  const match = /^(\d{1,9})\.([0-9a-f]{64})$/.exec(name);
  return match?.[1] === undefined || match[2] === undefined ? undefined : [[Number(match[1]), match[2]]];
}
