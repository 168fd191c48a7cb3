import type { Compression, InflateFact } from '#bytes';
import type { Format, FormatDocument } from '../format.ts';
import { compressionOf } from './magic.ts';

/** One compressed file: gzip, zlib, bzip2, xz, lzma, zstd, lz4, and joblib's old header before zlib. */
export const compressedFormat: Format<CompressedDocument> = {
  id: 'compressed',
  version: 1,
  title: 'Compressed file',
  extensions: ['.gz', '.bz2', '.xz', '.lzma', '.zst', '.lz4', '.zlib', '.tgz'],
  recognise: ({ head }) => compressionOf(head) !== undefined,
  load: async () => (await import('./parse.ts')).parseCompressed,
};

export interface CompressedDocument extends FormatDocument {
  readonly kind: 'compressed';
  readonly compression: Compression;
  readonly facts: readonly InflateFact[];
  readonly inflatedBytes: number;
}
