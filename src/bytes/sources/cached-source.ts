import { type ByteSource, checkRange } from '../byte-source.ts';
import { BytesError } from '../bytes-error.ts';
import { copyBytes } from '../copy-bytes.ts';

export interface CacheOptions {
  readonly blockBytes?: number; // unit of fetching and keeping
  readonly maxCachedBytes?: number;
  /** Missing ranges at most this far apart are fetched as one. */
  readonly gapBytes?: number;
  readonly maxReadAheadBytes?: number; // 0 for none
  readonly maxRequestBytes?: number; // of one fetch that serves several reads
}

/** Reads that follow one another are few at a time: a parser, the tail of an archive, one or two members. */
const MAX_STREAMS = 4;

interface Range {
  first: number; // block
  last: number; // block, included
}

interface Stream extends Range {
  fetchedBlocks: number; // in a row, up to `last`
}

/**
 * Keeps blocks of a slow source. Reads that are asked for together and lie near each other become one fetch, a
 * block that is on its way is not asked for again, and where reads follow one another each fetch brings as much
 * ahead as was read so far, so that a sequential reader makes few fetches and a jumping one reads little.
 * Memory: `maxCachedBytes` plus what is on its way. Long reads go past the cache.
 */
export function cachedSource(source: ByteSource, options: CacheOptions = {}): ByteSource {
  const blockBytes = options.blockBytes ?? 32 * 1024;
  const maxCachedBytes = options.maxCachedBytes ?? 16 * 1024 * 1024;
  const gapBlocks = Math.floor((options.gapBytes ?? blockBytes) / blockBytes);
  const maxAheadBlocks = Math.floor((options.maxReadAheadBytes ?? 4 * 1024 * 1024) / blockBytes);
  const maxRequestBlocks = Math.max(1, Math.floor((options.maxRequestBytes ?? 8 * 1024 * 1024) / blockBytes));
  const longReadBytes = Math.max(blockBytes, maxCachedBytes / 4);
  const lastBlock = Math.max(0, Math.ceil(source.sizeBytes / blockBytes) - 1);

  const kept = new Map<number, Uint8Array>(); // least recently used first
  let keptBytes = 0;
  const onTheWay = new Map<number, PromiseWithResolvers<Uint8Array>>();
  const streams: Stream[] = [];
  let queued: { readonly block: number; readonly isWanted: boolean }[] = [];

  function find(block: number): Uint8Array | undefined {
    const bytes = kept.get(block);
    if (bytes === undefined) return undefined;
    kept.delete(block);
    kept.set(block, bytes);
    return bytes;
  }

  function keep(block: number, bytes: Uint8Array): void {
    kept.set(block, bytes);
    keptBytes += bytes.length;
    for (const [oldest, dropped] of kept) {
      if (keptBytes <= maxCachedBytes) break;
      kept.delete(oldest);
      keptBytes -= dropped.length;
    }
  }

  /** How many blocks to bring beyond the wanted ones: as many as were fetched in a row before them. */
  function aheadOf(wanted: Range): number {
    const found = streams.findIndex((stream) => stream.last + 1 === wanted.first);
    const stream = found < 0 ? undefined : streams.splice(found, 1)[0];
    const before = stream?.fetchedBlocks ?? 0;
    const ahead = Math.min(before, maxAheadBlocks, lastBlock - wanted.last);
    streams.push({
      first: wanted.first,
      last: wanted.last + ahead,
      fetchedBlocks: before + ahead + wanted.last - wanted.first + 1,
    });
    if (streams.length > MAX_STREAMS) streams.shift();
    return ahead;
  }

  function want(wanted: Range): void {
    // Reads of one turn of the event loop are fetched together.
    if (queued.length === 0) setImmediate(flush);
    const ahead = aheadOf(wanted);
    for (let block = wanted.first; block <= wanted.last + ahead; block += 1) {
      if (kept.has(block) || onTheWay.has(block)) continue;
      const waiting = Promise.withResolvers<Uint8Array>();
      // Each reader sees the failure; a block that was fetched ahead may have none.
      waiting.promise.catch(() => undefined);
      onTheWay.set(block, waiting);
      queued.push({ block, isWanted: block <= wanted.last });
    }
  }

  function flush(): void {
    const batch = queued.sort((a, b) => a.block - b.block);
    queued = [];
    const wanted = new Set(batch.filter((one) => one.isWanted).map((one) => one.block));
    for (const range of group(batch.map((one) => one.block))) void fetchBlocks(range, wanted);
  }

  /** Neighbours become one range, as long as it is not too long for one fetch. */
  function group(sorted: readonly number[]): Range[] {
    const groups: Range[] = [];
    for (const block of sorted) {
      const range = groups.at(-1);
      const isNear = range !== undefined && block <= range.last + gapBlocks + 1;
      if (isNear && block - range.first < maxRequestBlocks) range.last = block;
      else groups.push({ first: block, last: block });
    }
    return groups;
  }

  async function fetchBlocks(range: Range, wanted: ReadonlySet<number>): Promise<void> {
    try {
      await fetchRange(range);
    } catch (error) {
      // What was added for speed must not be what the budget fails on.
      if (error instanceof BytesError && error.code === 'budget-exceeded') {
        for (let block = range.first; block <= range.last; block += 1) {
          const only = { first: block, last: block };
          if (wanted.has(block)) await fetchRange(only).catch((reason: unknown) => refuse(only, reason));
        }
      }
      refuse(range, error);
    }
  }

  async function fetchRange(range: Range): Promise<void> {
    const offset = range.first * blockBytes;
    const end = Math.min(source.sizeBytes, (range.last + 1) * blockBytes);
    const bytes = await source.read(offset, end - offset);
    for (let block = range.first; block <= range.last; block += 1) {
      const start = (block - range.first) * blockBytes;
      // A copy: a view would keep the whole fetch in memory after its other blocks are dropped.
      const part = range.first === range.last ? bytes : copyBytes(bytes, start, start + blockBytes);
      if (!kept.has(block)) keep(block, part);
      onTheWay.get(block)?.resolve(part);
      onTheWay.delete(block);
    }
  }

  function refuse(range: Range, reason: unknown): void {
    for (let block = range.first; block <= range.last; block += 1) {
      onTheWay.get(block)?.reject(reason);
      onTheWay.delete(block);
    }
  }

  return {
    sizeBytes: source.sizeBytes,
    async read(offset, length) {
      checkRange(source.sizeBytes, offset, length);
      if (length === 0) return new Uint8Array(0);
      if (length > longReadBytes) return source.read(offset, length);
      const first = Math.floor(offset / blockBytes);
      const last = Math.floor((offset + length - 1) / blockBytes);
      const parts: (Uint8Array | Promise<Uint8Array> | undefined)[] = [];
      let missing: Range | undefined;
      for (let block = first; block <= last; block += 1) {
        const part = find(block) ?? onTheWay.get(block)?.promise;
        parts.push(part);
        if (part === undefined) missing = { first: missing?.first ?? block, last: block };
      }
      if (missing !== undefined) want(missing);
      if (first === last) {
        const bytes = parts[0] ?? (await onTheWay.get(first)?.promise);
        return cut(await bytes, offset - first * blockBytes, length);
      }
      const bytes = new Uint8Array(length);
      const promises = parts.map((part, i) => part ?? onTheWay.get(first + i)?.promise);
      let at = 0;
      for (const part of await Promise.all(promises)) {
        const start = at === 0 ? offset - first * blockBytes : 0;
        const piece = cut(part, start, Math.min(blockBytes - start, length - at));
        bytes.set(piece, at);
        at += piece.length;
      }
      return bytes;
    },
  };
}

function cut(block: Uint8Array | undefined, start: number, length: number): Uint8Array {
  if (block === undefined || start + length > block.length) {
    throw new BytesError('truncated', `a block has ${block?.length ?? 0} bytes, ${start + length} wanted`);
  }
  return block.subarray(start, start + length);
}
