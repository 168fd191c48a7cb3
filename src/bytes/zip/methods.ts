import type { Compression } from '../codecs/compression.ts';
import { METHOD_LZMA, METHOD_STORED } from './records.ts';

/** How the methods that we read are compressed. */
const METHODS: ReadonlyMap<number, Compression> = new Map([
  [8, 'deflate'],
  [9, 'deflate64'],
  [12, 'bzip2'],
  [METHOD_LZMA, 'lzma'],
  [20, 'zstd'], // an older number of the same
  [93, 'zstd'],
  [95, 'xz'],
]);

export function isReadableMethod(method: number): boolean {
  return method === METHOD_STORED || METHODS.has(method);
}

export function compressionOf(method: number): Compression | undefined {
  return METHODS.get(method);
}
