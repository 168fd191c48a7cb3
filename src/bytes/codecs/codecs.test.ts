import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BytesError } from '../bytes-error.ts';
import { memorySource } from '../sources/memory-source.ts';
import type { Compression, InflatedSource, InflateFactCode, InflateLimits } from './compression.ts';
import { inflateSource } from './inflate-source.ts';
import { createXxh32 } from './xxh32.ts';

const LIMITS: InflateLimits = { maxInflatedBytes: 1 << 26, maxRatio: 2000 };
const FOLDER = join(import.meta.dirname, '../../../test/corpus/containers/streams');
const withCode = (code: string) => expect.objectContaining({ code });

const load = (name: string): Buffer => readFileSync(join(FOLDER, name));

async function inflate(kind: Compression, stored: Uint8Array, limits = LIMITS): Promise<InflatedSource> {
  return inflateSource(kind, memorySource(stored), limits);
}

async function contentOf(source: InflatedSource): Promise<Buffer> {
  return Buffer.from(await source.read(0, source.sizeBytes));
}

function codesOf(source: InflatedSource): InflateFactCode[] {
  return source.facts.map((fact) => fact.code);
}

const MIX: readonly [Compression, string][] = [
  ['gzip', 'mix.gz'],
  ['zlib', 'mix.zlib'],
  ['bzip2', 'mix.bz2'],
  ['xz', 'mix.xz'],
  ['lzma', 'mix.lzma'],
  ['zstd', 'mix.zst'],
  ['lz4', 'mix.lz4'],
];

describe('a compressed stream', () => {
  it('gives what was compressed', async () => {
    const writers: Partial<Record<Compression, (content: Uint8Array) => Uint8Array>> = {
      gzip: (content) => gzipSync(content),
      zlib: (content) => deflateSync(content),
      deflate: (content) => deflateRawSync(content),
      deflate64: (content) => deflateRawSync(content, { level: 0 }),
      zstd: (content) => zstdCompressSync(content),
    };
    const content = fc.array(fc.tuple(fc.uint8Array({ maxLength: 50 }), fc.integer({ min: 1, max: 400 })));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.entries(writers)), content, async ([kind, write], runs) => {
        const bytes = Buffer.concat(runs.flatMap(([run, times]) => Array.from({ length: times }, () => run)));
        const inflated = await inflate(kind as Compression, write(bytes));
        expect(Buffer.compare(await contentOf(inflated), bytes)).toBe(0);
        expect(inflated).toMatchObject({ isWhole: true, facts: [] });
      }),
      { numRuns: 150 },
    );
  });

  for (const [kind, name] of MIX) {
    it(`of ${kind} gives what precedes a cut, anywhere`, async () => {
      const stored = load(name);
      const whole = await contentOf(await inflate(kind, stored));
      for (let cut = 0; cut < stored.length; cut += 23) {
        const outcome = await inflate(kind, stored.subarray(0, cut)).catch((error: unknown) => error);
        if (outcome instanceof BytesError) continue;
        if (outcome instanceof Error) throw outcome;
        const found = outcome as InflatedSource;
        expect(found.isWhole, `cut at ${cut}`).toBe(false);
        const bytes = await contentOf(found);
        expect(Buffer.compare(bytes, whole.subarray(0, bytes.length)), `cut at ${cut}`).toBe(0);
      }
    });
  }

  for (const [kind, name] of MIX.filter(([kind]) => kind !== 'lzma' && kind !== 'zstd')) {
    it(`of ${kind} is never whole with another content`, async () => {
      const stored = load(name);
      const whole = await contentOf(await inflate(kind, stored));
      for (let at = 0; at < stored.length; at += 23) {
        const changed = Buffer.from(stored);
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
        const outcome = await inflate(kind, changed).catch((error: unknown) => error);
        if (outcome instanceof BytesError) continue;
        if (outcome instanceof Error) throw outcome;
        const found = outcome as InflatedSource;
        if (found.isWhole && found.facts.length === 0) {
          expect(Buffer.compare(await contentOf(found), whole), `bit in byte ${at}`).toBe(0);
        }
      }
    });
  }
});

describe('limits of inflating', () => {
  const bomb = gzipSync(Buffer.alloc(8 << 20));

  it('stop at a size and at a ratio, or cut there', async () => {
    const bySize = { ...LIMITS, maxInflatedBytes: 3_000_000 };
    const byRatio = { ...LIMITS, maxRatio: 200 };
    for (const limits of [bySize, byRatio]) {
      await expect(inflate('gzip', bomb, limits)).rejects.toThrow(withCode('limit-exceeded'));
      const cut = await inflate('gzip', bomb, { ...limits, atLimit: 'cut' });
      expect(codesOf(cut)).toContain('limit-exceeded');
      expect(cut).toMatchObject({ isWhole: false });
      expect(cut.sizeBytes).toBe(limits === bySize ? 3_000_000 : bomb.length * 200);
    }
  });

  it('leave small things alone', async () => {
    const small = gzipSync(Buffer.alloc(1 << 20));
    expect((await inflate('gzip', small, { ...LIMITS, maxRatio: 1 })).isWhole).toBe(true);
  });

  it('pass on what stops them, and what fails beside the stream', async () => {
    const stop = new Error('time is over');
    const checkDeadline = () => {
      throw stop;
    };
    await expect(inflate('gzip', bomb, { ...LIMITS, checkDeadline })).rejects.toBe(stop);
    const failure = new BytesError('truncated', 'the disk is gone');
    const failing = { sizeBytes: 100, read: () => Promise.reject(failure) };
    await expect(inflateSource('gzip', failing, LIMITS)).rejects.toBe(failure);
  });

  it('keep little of what is large, and read it all the same', async () => {
    const content = Buffer.from(
      Uint32Array.from({ length: 1 << 20 }, (_, i) => (i * 2654435761) >>> 0).buffer,
    );
    const inflated = await inflate('gzip', gzipSync(content), { ...LIMITS, memoryBytes: 400_000 });
    for (const offset of [0, 3_000_000, 100_000, content.length - 50, 2_999_000, 3_500_000]) {
      const found = await inflated.read(offset, Math.min(70_000, content.length - offset));
      expect(Buffer.compare(found, content.subarray(offset, offset + found.length))).toBe(0);
    }
  });
});

describe('facts of a stream', () => {
  const content = Buffer.from('what a loader reads');
  const gzip = gzipSync(content);

  const changed = (at: number) => {
    const bytes = Buffer.from(gzip);
    const place = at < 0 ? bytes.length + at : at;
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    return bytes;
  };

  // The fourth type of block does not exist.
  const broken = Buffer.from(gzip);
  broken[10] = 0x07;

  const cases: readonly [string, Compression, Buffer, readonly InflateFactCode[], boolean][] = [
    ['a wrong CRC', 'gzip', changed(-8), ['wrong-checksum'], false],
    ['a wrong size', 'gzip', changed(-4), ['wrong-size'], false],
    ['no trailer', 'gzip', gzip.subarray(0, -8), ['stream-truncated'], false],
    ['two members', 'gzip', Buffer.concat([gzip, gzip]), ['several-streams'], true],
    ['zeros behind it', 'gzip', Buffer.concat([gzip, Buffer.alloc(9)]), ['padding'], true],
    ['bytes behind it', 'gzip', Buffer.concat([gzip, Buffer.from('\x80\x04.')]), ['trailing-bytes'], true],
    [
      'bytes behind zlib',
      'zlib',
      Buffer.concat([deflateSync(content), Buffer.from('.')]),
      ['trailing-bytes'],
      true,
    ],
    [
      'a second member that breaks',
      'gzip',
      Buffer.concat([gzip, broken]),
      ['several-streams', 'stream-broken'],
      false,
    ],
    ['a name', 'gzip', load('named.gz'), ['header-field'], true],
    ['a frame to skip', 'zstd', load('two.zst'), ['skippable-frame', 'several-streams'], true],
    ['two frames', 'lz4', load('two.lz4'), ['several-streams'], true],
  ];

  for (const [what, kind, stored, codes, isWhole] of cases) {
    it(`say ${codes.join(', ')} of ${what}`, async () => {
      const inflated = await inflate(kind, stored);
      expect(codesOf(inflated)).toEqual(codes);
      expect(inflated.isWhole).toBe(isWhole);
      expect(inflated.sizeBytes).toBeGreaterThan(0);
    });
  }

  it('refuse windows and dictionaries that are not read', async () => {
    const window = Buffer.from('28b52ffd00a8010000', 'hex');
    const dictionary = Buffer.from('28b52ffd21050a010000', 'hex');
    const preset = Buffer.from('78bb00000001', 'hex');
    for (const [kind, stored] of [
      ['zstd', window],
      ['zstd', dictionary],
      ['zlib', preset],
    ] as const) {
      await expect(inflate(kind, stored)).rejects.toThrow(withCode('unsupported'));
    }
  });

  it('refuse a bzip2 run without end', async () => {
    const bits = ['314159265359', '00000000', '000000'].map((hex) =>
      BigInt(`0x${hex}`)
        .toString(2)
        .padStart(hex.length * 4, '0'),
    );
    // One symbol, two tables of three codes of two bits, and nothing but RUNB.
    const tables = '00010'.concat('000').repeat(2);
    const body = `${bits[0]}${bits[1]}0${bits[2]}1${'0'.repeat(15)}1${'0'.repeat(15)}010${'000000000000010'}00${tables}${'01'.repeat(40)}`;
    const bytes = (body.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
    const stored = Buffer.concat([Buffer.from('BZh9'), Buffer.from(bytes), Buffer.alloc(20)]);
    await expect(inflate('bzip2', stored)).rejects.toThrow(/a run without end/);
  });
});

it('reads the long matches of deflate64', async () => {
  // One fixed block: the letter a, a match of length code 285 with 16 bits, distance 1, the end.
  const literal = (0x30 + 0x61).toString(2).padStart(8, '0');
  const more = [...(1000).toString(2).padStart(16, '0')].reverse().join('');
  const stream = `1${'10'}${literal}${'11000101'}${more}${'00000'}${'0000000'}`;
  const bytes = (stream.match(/.{1,8}/g) ?? []).map((byte) =>
    Number.parseInt([...byte.padEnd(8, '0')].reverse().join(''), 2),
  );
  const inflated = await inflate('deflate64', Buffer.from(bytes));
  expect((await contentOf(inflated)).toString()).toBe('a'.repeat(1 + 3 + 1000));
});

it('computes XXH32 as its specification does', () => {
  const of = (text: string) => {
    const hash = createXxh32();
    for (const character of text) hash.update(Buffer.from(character));
    return hash.value().toString(16);
  };
  expect([of(''), of('abc')]).toEqual(['2cc5d05', '32d153ff']);
  expect(of('Nobody inspects the spammish repetition')).toBe('e2293b2f');
});
