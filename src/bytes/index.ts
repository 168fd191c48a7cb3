export type { ByteSource } from './byte-source.ts';
export { BytesError, type BytesErrorCode } from './bytes-error.ts';
export type {
  Compression,
  InflatedSource,
  InflateFact,
  InflateFactCode,
  InflateLimits,
} from './codecs/compression.ts';
export { inflateSource } from './codecs/inflate-source.ts';
export { sniffCompression } from './codecs/sniff-compression.ts';
export { type CountWidth, Cursor } from './cursor.ts';
export { crc32Source, type HashAlgorithm, type HashOptions, hashSource } from './hash.ts';
export {
  budgetSource,
  type CountedSource,
  countingSource,
  type ReadBudget,
  type ReadCount,
} from './sources/budget-source.ts';
export { type CacheOptions, cachedSource } from './sources/cached-source.ts';
export { openFileSource } from './sources/file-source.ts';
export { createHttpSource, type FetchRange, type HttpSourceOptions } from './sources/http-source.ts';
export { memorySource } from './sources/memory-source.ts';
export { sliceSource } from './sources/slice-source.ts';
export { startsTar } from './tar/header.ts';
export { openTarMember } from './tar/open-tar-member.ts';
export { readTarIndex } from './tar/read-tar-index.ts';
export type { TarEntry, TarFact, TarFactCode, TarIndex, TarOptions } from './tar/tar-index.ts';
export { openZipMember } from './zip/open-zip-member.ts';
export { readZipIndex } from './zip/read-zip-index.ts';
export type { ZipEntry, ZipFact, ZipFactCode, ZipIndex, ZipOptions } from './zip/zip-index.ts';
