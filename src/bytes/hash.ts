import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';

/** Large enough that the disk and the digest, which take turns on one thread, each run at full speed. */
const CHUNK_BYTES = 4 * 1024 * 1024;

export type HashAlgorithm = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

export interface HashOptions {
  /** Called with the bytes done after each piece; may throw to stop. */
  onProgress?(doneBytes: number): void;
}

/** Digest of a whole source as lowercase hex. */
export async function hashSource(
  source: ByteSource,
  algorithm: HashAlgorithm,
  options: HashOptions = {},
): Promise<string> {
  const hash = createHash(algorithm);
  await forEachChunk(source, options, (chunk) => hash.update(chunk));
  return hash.digest('hex');
}

/** CRC-32 as zip and gzip use it, of a whole source. */
export async function crc32Source(source: ByteSource, options: HashOptions = {}): Promise<number> {
  let crc = 0;
  await forEachChunk(source, options, (chunk) => {
    crc = crc32(chunk, crc);
  });
  return crc;
}

/** The next piece is read while `take` works on the one before. */
async function forEachChunk(
  source: ByteSource,
  options: HashOptions,
  take: (chunk: Uint8Array) => void,
): Promise<void> {
  const readChunk = createChunkReader(source);
  let next = readChunk(0);
  for (let offset = 0; offset < source.sizeBytes; ) {
    const chunk = await next;
    offset += chunk.length;
    next = readChunk(offset);
    // Should `take` throw, nobody waits for the read that is on its way.
    next.catch(() => undefined);
    take(chunk);
    options.onProgress?.(offset);
  }
}

/** Two buffers take turns where the source can fill them. */
function createChunkReader(source: ByteSource): (offset: number) => Promise<Uint8Array> {
  const sizeOf = (offset: number) => Math.min(CHUNK_BYTES, source.sizeBytes - offset);
  if (source.readInto === undefined || source.sizeBytes <= CHUNK_BYTES) {
    return async (offset) => source.read(offset, sizeOf(offset));
  }
  const { readInto } = source;
  let [filled, free] = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)];
  return async (offset) => {
    [filled, free] = [free, filled];
    const target = filled.subarray(0, sizeOf(offset));
    await readInto(offset, target);
    return target;
  };
}
