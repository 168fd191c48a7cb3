import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildTar, paxRecords, type TarPart } from '../fixtures/build-tar.ts';
import { countingSource } from '../sources/budget-source.ts';
import { memorySource } from '../sources/memory-source.ts';
import { startsTar } from './header.ts';
import { openTarMember } from './open-tar-member.ts';
import { readTarIndex } from './read-tar-index.ts';
import type { TarFactCode, TarIndex } from './tar-index.ts';

const LIMITS = { maxEntries: 1000 };
const A: TarPart = { name: 'a.txt', content: 'alpha' };
const B: TarPart = { name: 'b.txt', content: 'beta' };
const ZEROS = Buffer.alloc(512);

async function index(bytes: Uint8Array): Promise<TarIndex> {
  return readTarIndex(memorySource(bytes), LIMITS);
}

async function readAll(tar: TarIndex): Promise<string[]> {
  const contents: string[] = [];
  for (const entry of tar.entries) {
    const member = openTarMember(tar, entry);
    contents.push(Buffer.from(await member.read(0, member.sizeBytes)).toString('latin1'));
  }
  return contents;
}

function codesOf(tar: TarIndex): TarFactCode[] {
  return [...new Set(tar.facts.map((fact) => fact.code))].sort();
}

describe('a tar archive', () => {
  it('gives what was put in, without a fact', async () => {
    const part = fc.record({
      name: fc.string({ unit: fc.constantFrom(...'abcdefgh'), minLength: 1, maxLength: 12 }),
      content: fc.uint8Array({ maxLength: 2000 }),
    });
    const parts = fc.uniqueArray(part, { selector: ({ name }) => name, minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(parts, async (some) => {
        const bytes = buildTar(some);
        expect(startsTar(bytes)).toBe(true);
        const tar = await index(bytes);
        expect(await readAll(tar)).toEqual(
          some.map(({ content }) => Buffer.from(content).toString('latin1')),
        );
        expect(tar.facts).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('passes over bodies', async () => {
    const content = Buffer.alloc(4 << 20, 7);
    const source = countingSource(
      memorySource(
        buildTar([
          { ...A, content },
          { ...B, content },
        ]),
      ),
    );
    const tar = await readTarIndex(source, LIMITS);
    expect(tar.entries).toHaveLength(2);
    expect(source.counted.bytes).toBeLessThan(64 * 1024);
  });

  it('reads names of GNU, names and sizes of pax, and base-256 numbers', async () => {
    const long = 'd/'.repeat(120);
    const size = Buffer.concat([Buffer.from([0x80]), Buffer.alloc(9), Buffer.from([0, 5])]).toString(
      'latin1',
    );
    const tar = await index(
      buildTar([
        { name: '././@LongLink', type: 'L', content: `${long}x\0`, magic: 'ustar  \0' },
        { ...A, name: long.slice(0, 100) },
        {
          name: 'pax',
          type: 'x',
          content: paxRecords([
            ['path', 'größe/日本'],
            ['mtime', '1.5'],
          ]),
        },
        { ...B, name: 'gr' },
        { ...A, name: 'wide', size },
        { name: 'pax', type: 'g', content: paxRecords([['comment', 'a commit']]) },
        { ...B, name: 'old', type: '\0', magic: '' },
      ]),
    );
    expect(tar.entries.map((entry) => entry.path)).toEqual([`${long}x`, 'größe/日本', 'wide', 'old']);
    expect(await readAll(tar)).toEqual(['alpha', 'beta', 'alpha', 'beta']);
    expect(tar.facts).toEqual([]);
  });

  it('is not what does not start with a header', async () => {
    await expect(index(Buffer.alloc(2000, 'text'))).rejects.toThrow(
      expect.objectContaining({ code: 'bad-data' }),
    );
    expect(startsTar(Buffer.alloc(2000, 'text'))).toBe(false);
    expect(startsTar(Buffer.alloc(2000))).toBe(false);
  });

  it('is refused past its number of entries', async () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ name: `${i}` }));
    const refused = readTarIndex(memorySource(buildTar(many)), { maxEntries: 19 });
    await expect(refused).rejects.toThrow(expect.objectContaining({ code: 'limit-exceeded' }));
  });
});

function pax(records: readonly (readonly [string, string])[], type = 'x'): TarPart {
  return { name: 'pax', type, content: paxRecords(records) };
}

/** What is odd, which facts must say it, and what must be listed. */
const ODD: readonly [string, readonly TarFactCode[], Buffer, readonly string[]][] = [
  [
    'a broken header, with more behind it',
    ['bad-checksum'],
    buildTar([A, { ...B, checksum: 1 }, A, { name: 'c' }]),
    ['a.txt', 'a.txt', 'c'],
  ],
  ['an end inside a member', ['truncated', 'no-end-marker'], buildTar([{ ...A, size: 5000 }], 0), ['a.txt']],
  ['no end marker', ['no-end-marker'], buildTar([A], 0), ['a.txt']],
  ['one zero block between members', ['single-zero-block'], buildTar([A, ZEROS, B]), ['a.txt', 'b.txt']],
  ['members behind the end marker', ['trailing-data'], buildTar([A, ZEROS, ZEROS, B]), ['a.txt', 'b.txt']],
  [
    'bytes behind the end marker',
    ['trailing-data'],
    buildTar([A], Buffer.concat([ZEROS, ZEROS, Buffer.from('hi')])),
    ['a.txt'],
  ],
  ['bytes in the padding', ['padding-not-zero'], buildTar([{ ...A, padding: 1 }]), ['a.txt']],
  ['a number that is none', ['number-malformed'], buildTar([{ name: 'a', size: 'xyz' }]), ['a']],
  ['a pax number that is none', ['number-malformed'], buildTar([pax([['size', '-5']]), A]), ['a.txt']],
  ['two sizes', ['size-disagreement'], buildTar([pax([['size', '4']]), { ...B, size: 5 }]), ['b.txt']],
  ['two names', ['name-disagreement'], buildTar([pax([['path', 'data.pkl']]), A]), ['data.pkl']],
  [
    'two long names',
    ['name-disagreement'],
    buildTar([
      { name: 'x', type: 'L', content: `${'n'.repeat(200)}\0` },
      pax([['path', 'm'.repeat(200)]]),
      A,
    ]),
    ['m'.repeat(200)],
  ],
  [
    'a pax header that is none',
    ['pax-malformed'],
    buildTar([{ name: 'p', type: 'x', content: '99 path=b\n' }, A]),
    ['a.txt'],
  ],
  [
    'a pax key twice',
    ['pax-duplicate-key'],
    buildTar([
      pax([
        ['comment', 'a'],
        ['comment', 'b'],
      ]),
      A,
    ]),
    ['a.txt'],
  ],
  [
    'a name for all that follows',
    ['pax-global', 'name-disagreement'],
    buildTar([pax([['path', 'x']], 'g'), A]),
    ['x'],
  ],
  [
    'a very long name',
    ['extension-too-long'],
    buildTar([{ name: 'x', type: 'L', content: Buffer.alloc((1 << 20) + 1, 'n') }, A]),
    ['a.txt'],
  ],
  [
    'a long name at the end',
    ['extension-without-member'],
    buildTar([A, { name: 'x', type: 'L', content: 'n\0' }]),
    ['a.txt'],
  ],
  [
    'a link with a size',
    ['body-of-empty-kind', 'link'],
    buildTar([{ name: 'l', type: '2', link: 'a', size: 512 }, A]),
    ['l', 'a.txt'],
  ],
  ['a sparse member', ['sparse'], buildTar([{ ...A, type: 'S', magic: 'ustar  \0' }]), ['a.txt']],
  ['an unknown type', ['unknown-type'], buildTar([{ ...A, type: 'Q' }]), ['a.txt']],
  [
    'a link out of the archive',
    ['link', 'link-escapes'],
    buildTar([{ name: 'd/l', type: '2', link: '../../x' }]),
    ['d/l'],
  ],
  [
    'a link to the root',
    ['link', 'link-escapes'],
    buildTar([{ name: 'l', type: '1', link: '/etc/passwd' }]),
    ['l'],
  ],
  [
    'a link that stays inside',
    ['link'],
    buildTar([A, { name: 'd/l', type: '2', link: '../a.txt' }]),
    ['a.txt', 'd/l'],
  ],
  ['a device', ['device'], buildTar([{ name: 'null', type: '3' }]), ['null']],
  ['an absolute name', ['absolute-name'], buildTar([{ name: '/x' }]), ['/x']],
  ['a name that leaves the folder', ['traversal-name'], buildTar([{ name: '../x' }]), ['../x']],
  ['a backslash', ['backslash-name'], buildTar([{ name: 'a\\b' }]), ['a\\b']],
  ['a NUL in the name', ['nul-in-name'], buildTar([pax([['path', 'a\0b']]), A]), ['a\0b']],
  ['a control in the name', ['control-in-name'], buildTar([{ name: 'a\x1b[2J' }]), ['a\x1b[2J']],
  ['no name', ['empty-name'], buildTar([A, { name: '' }]), ['a.txt', '']],
  ['a name that is no UTF-8', ['name-not-utf8'], buildTar([{ name: Uint8Array.of(0x61, 0xff) }]), ['aÿ']],
  ['a name twice', ['duplicate-name'], buildTar([A, A]), ['a.txt', 'a.txt']],
  ['names that differ in case', ['colliding-name'], buildTar([A, { name: 'A.txt' }]), ['a.txt', 'A.txt']],
  [
    'a file that is a folder',
    ['file-and-directory'],
    buildTar([A, { name: 'a.txt/b' }]),
    ['a.txt', 'a.txt/b'],
  ],
];

describe('an odd tar archive', () => {
  for (const [what, codes, bytes, paths] of ODD) {
    it(`says ${codes.join(', ')} of ${what}`, async () => {
      const tar = await index(bytes);
      expect(tar.entries.map((entry) => entry.path)).toEqual(paths);
      await readAll(tar);
      const expected = what === 'a broken header, with more behind it' ? [...codes, 'duplicate-name'] : codes;
      expect(codesOf(tar)).toEqual([...expected].sort());
    });
  }

  it('says what lies behind the end marker', async () => {
    const tar = await index(buildTar([A, ZEROS, ZEROS, B]));
    expect(tar.entries.map((entry) => entry.isAfterEnd)).toEqual([false, true]);
    const long = await index(buildTar([A], 200_000));
    expect(codesOf(long)).toEqual(['trailing-not-read']);
  });
});
