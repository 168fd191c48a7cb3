import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ByteSource, openFileSource } from '#bytes';
import { TargetError } from './scan-target.ts';

/** A scan reads back and forth, so that what comes as a stream has to lie somewhere; a disk of moderate size holds this. */
export const MAX_SPOOL_BYTES = 64 * 1024 ** 3;

/** Writes a stream to a temporary file that only we can read, and that is gone when the source is disposed of. */
export async function spool(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  maxBytes = MAX_SPOOL_BYTES,
): Promise<ByteSource & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-stdin-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'spooled');
    await write(path, chunks, signal, maxBytes);
    const source = await openFileSource(path);
    return {
      sizeBytes: source.sizeBytes,
      read: source.read,
      async [Symbol.asyncDispose]() {
        await source[Symbol.asyncDispose]();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function write(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  maxBytes: number,
): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes)
      throw new TargetError('invalid', `more than ${maxBytes} bytes to be kept in a temporary file`);
    await file.writeFile(chunk);
  }
}
