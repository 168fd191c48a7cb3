import { type ByteSource, checkRange } from '../byte-source.ts';
import { BytesError } from '../bytes-error.ts';
import { budgetSource, type CountedSource, type ReadBudget } from './budget-source.ts';
import { type CacheOptions, cachedSource } from './cached-source.ts';

/** Gives the bytes from `start` up to, not including, `end`. Retries are its own matter. */
export type FetchRange = (start: number, end: number, signal?: AbortSignal) => Promise<Uint8Array>;

export interface HttpSourceOptions {
  readonly sizeBytes: number;
  readonly fetchRange: FetchRange;
  readonly signal?: AbortSignal;
  readonly budget?: ReadBudget; // counts what is fetched, not what is asked of the cache
  readonly cache?: CacheOptions;
  readonly maxRequests?: number; // at the same time
}

/** A longer range is fetched in parts: a body that breaks costs one part, and nothing buffers gigabytes. */
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;

/**
 * A file behind HTTP ranges: cached, coalesced, budgeted. `counted` says what was fetched.
 *
 * An answer that is longer or shorter than asked is `truncated`; a failure of the fetcher is `unreadable` with
 * its cause, unless it is a BytesError already.
 */
export function createHttpSource(options: HttpSourceOptions): CountedSource {
  const fetched = budgetSource(rangeSource(options), options.budget ?? {});
  const cached = cachedSource(fetched, options.cache);
  return { sizeBytes: options.sizeBytes, counted: fetched.counted, read: cached.read };
}

function rangeSource(options: HttpSourceOptions): ByteSource {
  const { sizeBytes, maxRequests = 4 } = options;
  const waiting: (() => void)[] = [];
  let running = 0;

  async function fetchPart(start: number, end: number): Promise<Uint8Array> {
    if (running >= maxRequests) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return checkAnswer(await options.fetchRange(start, end, options.signal), start, end);
    } catch (error) {
      if (error instanceof BytesError) throw error;
      throw new BytesError('unreadable', `range ${start}-${end} could not be fetched`, {
        cause: error,
        offset: start,
      });
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {
    sizeBytes,
    async read(offset, length) {
      checkRange(sizeBytes, offset, length);
      if (length === 0) return new Uint8Array(0);
      if (length <= MAX_REQUEST_BYTES) return fetchPart(offset, offset + length);
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += MAX_REQUEST_BYTES) {
        const end = Math.min(length, at + MAX_REQUEST_BYTES);
        bytes.set(await fetchPart(offset + at, offset + end), at);
      }
      return bytes;
    },
  };
}

function checkAnswer(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (bytes.length === end - start) return bytes;
  throw new BytesError('truncated', `range ${start}-${end} was answered with ${bytes.length} bytes`, {
    offset: start,
  });
}
