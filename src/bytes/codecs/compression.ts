import type { ByteSource } from '../byte-source.ts';

export type Compression =
  | 'gzip'
  | 'zlib'
  | 'deflate'
  | 'deflate64'
  | 'bzip2'
  | 'xz'
  | 'lzma' // the older form, `.lzma`
  | 'zstd'
  | 'lz4' // files of frames may hold both forms: either name reads both
  | 'lz4-legacy';

export interface InflateLimits {
  readonly maxInflatedBytes: number;
  readonly maxRatio: number; // inflated to stored, for what inflates to more than 1 MiB
  /** How much of the inflated bytes is kept in memory; what is larger is inflated again in windows. */
  readonly memoryBytes?: number;
  /**
   * What passing `maxInflatedBytes` or `maxRatio` does: `throw` (the default), or `cut`: the bytes before it are
   * given, with a fact `limit-exceeded`.
   */
  readonly atLimit?: 'throw' | 'cut';
  /** Throws when time is over; called for every piece that is inflated. */
  checkDeadline?(): void;
}

export type InflateFactCode =
  | 'stream-truncated' // the stored bytes end inside the stream: what came before is given
  | 'stream-broken' // the stream breaks its format: what came before is given
  | 'wrong-checksum'
  | 'wrong-size' // a declared size that the content does not have
  | 'several-streams' // more than one member or frame, one after the other; readers differ in reading on
  | 'trailing-bytes' // bytes after the stream that are no stream
  | 'padding' // zeros after the stream
  | 'skippable-frame' // user data between frames that readers skip
  | 'header-field' // an optional field of a gzip header: name, comment, extra
  | 'limit-exceeded'
  | 'unsupported'; // a dictionary, filter or window that we do not read

export interface InflateFact {
  readonly code: InflateFactCode;
  readonly detail: string;
  readonly offset: number; // in the stored bytes
}

/** Inflated bytes of known size. Where `isWhole` is not set, more was stored than could be read. */
export interface InflatedSource extends ByteSource {
  readonly kind: Compression;
  readonly facts: readonly InflateFact[];
  /** The stream was read to its end, and every checksum and size in it was right. */
  readonly isWhole: boolean;
  readonly consumedBytes: number; // of the stored bytes, by streams that were understood
}
