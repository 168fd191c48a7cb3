import { type BigIntStats, constants, fstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { quote } from '#kernel';
import { type ByteSource, checkRange } from '../byte-source.ts';
import { BytesError } from '../bytes-error.ts';

/**
 * A regular file as it is when opened. Each read looks whether the file is still the same (size, times, node), so
 * that no report is made from two states of one file.
 *
 * @throws {BytesError} `unreadable` when it cannot be opened or is no regular file
 */
export async function openFileSource(path: string): Promise<ByteSource & AsyncDisposable> {
  // Without O_NONBLOCK, opening a FIFO waits for a writer for ever.
  const handle = await attempt(path, () => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    const stats = await attempt(path, () => handle.stat({ bigint: true }));
    if (!stats.isFile()) throw new BytesError('unreadable', `${quote(path)} is not a regular file`);
    return fileSource(path, handle, stats);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function fileSource(path: string, handle: FileHandle, opened: BigIntStats): ByteSource & AsyncDisposable {
  const sizeBytes = Number(opened.size);
  let isClosed = false;

  async function readInto(offset: number, target: Uint8Array): Promise<void> {
    const length = target.length;
    checkRange(sizeBytes, offset, length);
    if (isClosed) throw new BytesError('unreadable', `${quote(path)} is closed`, { offset });
    let done = 0;
    while (done < length) {
      const { bytesRead } = await attempt(path, () =>
        handle.read(target, done, length - done, offset + done),
      );
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    if (done < length) {
      const found = offset + done;
      throw new BytesError('truncated', `${quote(path)} ends at ${found} of ${sizeBytes} bytes`, {
        offset: found,
      });
    }
    if (!isClosed) checkUnchanged(path, opened, fstatSync(handle.fd, { bigint: true }));
  }

  return {
    sizeBytes,
    readInto,
    async read(offset, length) {
      checkRange(sizeBytes, offset, length);
      const bytes = Buffer.allocUnsafeSlow(length);
      await readInto(offset, bytes);
      return bytes;
    },
    async [Symbol.asyncDispose]() {
      if (isClosed) return;
      isClosed = true;
      await handle.close();
    },
  };
}

function checkUnchanged(path: string, before: BigIntStats, now: BigIntStats): void {
  if (now.size === before.size && now.mtimeNs === before.mtimeNs && now.ino === before.ino) return;
  throw new BytesError('changed', `${quote(path)} changed while it was read`);
}

async function attempt<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw new BytesError('unreadable', `cannot read ${quote(path)}: ${String(error.code)}`, { cause: error });
  }
}
