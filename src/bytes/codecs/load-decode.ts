import type { Compression } from './compression.ts';
import type { Decode } from './decode.ts';

const LOADERS: Readonly<Record<Compression, () => Promise<Decode>>> = {
  gzip: async () => (await import('./gzip.ts')).decodeGzip,
  zlib: async () => (await import('./zlib.ts')).decodeZlib,
  deflate: async () => (await import('./deflate.ts')).decodeDeflate,
  deflate64: async () => (await import('./deflate.ts')).decodeDeflate64,
  bzip2: async () => (await import('./bzip2.ts')).decodeBzip2,
  xz: async () => (await import('./xz.ts')).decodeXz,
  lzma: async () => (await import('./lzma.ts')).decodeLzma,
  zstd: async () => (await import('./zstd.ts')).decodeZstd,
  lz4: async () => (await import('./lz4.ts')).decodeLz4,
  'lz4-legacy': async () => (await import('./lz4.ts')).decodeLz4,
};

/** Each decoder is loaded on its first use. */
export async function loadDecode(kind: Compression): Promise<Decode> {
  return LOADERS[kind]();
}
