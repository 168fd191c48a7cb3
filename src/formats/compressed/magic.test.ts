import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compressionOf } from './magic.ts';

const kindOf = (bytes: Uint8Array) => compressionOf(bytes)?.compression;

describe('what a file is compressed with', () => {
  const text = Buffer.from('some text '.repeat(9));

  it('is told for streams of every level and window', () => {
    for (let level = 0; level <= 9; level++) {
      expect(kindOf(gzipSync(text, { level }))).toBe('gzip');
      for (let windowBits = 9; windowBits <= 15; windowBits++) {
        expect(kindOf(deflateSync(text, { level, windowBits }))).toBe('zlib');
      }
    }
    expect(kindOf(zstdCompressSync(text))).toBe('zstd');
  });

  it('is told past skippable frames, and where a stream has a header of joblib', () => {
    const skippable = Buffer.from('502a4d1804000000aaaaaaaa', 'hex');
    expect(kindOf(Buffer.concat([skippable, skippable, zstdCompressSync(text)]))).toBe('zstd');
    expect(kindOf(Buffer.concat([skippable, Buffer.from('04224d1864', 'hex')]))).toBe('lz4');
    const zfile = Buffer.concat([Buffer.from('ZF0x5a'.padEnd(21)), deflateSync(text)]);
    expect(compressionOf(zfile)).toEqual({ compression: 'zlib', headerBytes: 21 });
  });

  it.each([
    'BZh text',
    'x\x9c',
    '(See the licence)',
    'HKEY_LOCAL_MACHINE',
    ']\0\0',
    'ZF0x5a text',
    'HELLO WORLD',
    '(lp0\n.',
  ])('is not told for %j', (head) => {
    expect(compressionOf(Buffer.from(head, 'latin1'))).toBeUndefined();
  });
});
