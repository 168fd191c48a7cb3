import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BytesError } from '../bytes-error.ts';
import { buildZip, endRecord, extraField, u64, type ZipPart, type ZipShape } from '../fixtures/build-zip.ts';
import { countingSource } from '../sources/budget-source.ts';
import { memorySource } from '../sources/memory-source.ts';
import { openZipMember } from './open-zip-member.ts';
import { readZipIndex } from './read-zip-index.ts';
import type { ZipFactCode, ZipIndex } from './zip-index.ts';

const ALL = { maxEntries: 1000, localHeaders: 'all' } as const;
const LIMITS = { maxInflatedBytes: 1 << 24, maxRatio: 1000 };
const A: ZipPart = { name: 'a.txt', content: 'alpha' };
const B: ZipPart = { name: 'b.txt', content: 'beta', method: 8 };

async function index(parts: readonly ZipPart[], shape?: ZipShape): Promise<ZipIndex> {
  return readZipIndex(memorySource(buildZip(parts, shape)), ALL);
}

async function readAll(zip: ZipIndex): Promise<string[]> {
  const contents: string[] = [];
  for (const entry of zip.entries) {
    const member = await openZipMember(zip, entry, LIMITS);
    contents.push(Buffer.from(await member.read(0, member.sizeBytes)).toString('latin1'));
  }
  return contents;
}

function codesOf(zip: ZipIndex): ZipFactCode[] {
  return [...new Set(zip.facts.map((fact) => fact.code))];
}

describe('a zip archive', () => {
  it('gives what was put in, without a fact', async () => {
    const part = fc.record({
      name: fc.string({ unit: fc.constantFrom(...'abcdefgh'), minLength: 1, maxLength: 12 }),
      content: fc.uint8Array({ maxLength: 3000 }),
      method: fc.constantFrom(0, 8),
      descriptor: fc.constantFrom(undefined, 'signed' as const, 'bare' as const, 'wide' as const),
    });
    const parts = fc.uniqueArray(part, { selector: ({ name }) => name, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(parts, fc.boolean(), async (some, isWide) => {
        const whole = some.map(({ descriptor, ...rest }) => (descriptor ? { ...rest, descriptor } : rest));
        const zip = await index(whole, isWide ? { zip64: {} } : {});
        const contents = some.map(({ content }) => Buffer.from(content).toString('latin1'));
        expect(await readAll(zip)).toEqual(contents);
        expect(zip.facts).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('gives stored members as regions, read by ranges', async () => {
    const content = Buffer.alloc(1 << 20, 'range');
    const source = countingSource(memorySource(buildZip([{ name: 'big', content }, A])));
    const zip = await readZipIndex(source, { ...ALL, localHeaders: 'read-members' });
    const before = source.counted.bytes;
    const [entry] = zip.entries;
    if (entry === undefined) throw new Error('no entry');
    const member = await openZipMember(zip, entry, LIMITS);
    expect(Buffer.from(await member.read(500_000, 10)).toString()).toBe('rangerange');
    expect(source.counted.bytes - before).toBeLessThan(10_000);
  });

  it('is not what has neither directory nor local header', async () => {
    const refused = readZipIndex(memorySource(Buffer.alloc(5000, 'text')), ALL);
    await expect(refused).rejects.toThrow(expect.objectContaining({ code: 'bad-data' }));
  });

  it('is refused past its number of entries', async () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ name: `${i}` }));
    const refused = readZipIndex(memorySource(buildZip(many)), { ...ALL, maxEntries: 19 });
    await expect(refused).rejects.toThrow(expect.objectContaining({ code: 'limit-exceeded' }));
  });
});

/** What is odd, which facts must say it, and what must still be listed. */
const ODD: readonly [string, readonly ZipFactCode[], () => Buffer, (readonly string[])?][] = [
  [
    'bytes before it',
    ['prefix-bytes'],
    () => buildZip([A], { prefix: Buffer.from('MZ..........') }),
    ['a.txt'],
  ],
  [
    'a prefix that the offsets count',
    ['prefix-bytes'],
    () => buildZip([{ ...A, before: Buffer.from('#!/bin/sh\n') }]),
    ['a.txt'],
  ],
  ['bytes after it', ['trailing-bytes'], () => buildZip([A], { trailing: Buffer.from('more') }), ['a.txt']],
  ['a comment cut off', ['comment-truncated'], () => buildZip([A], { commentLength: 9 }), ['a.txt']],
  [
    'an end record in the comment of another',
    ['several-end-records', 'prefix-bytes', 'hidden-entry'],
    () => buildZip([A], { comment: buildZip([B]) }),
    ['b.txt', 'a.txt'],
  ],
  [
    'a directory by its offset and another by its place',
    ['two-directories', 'prefix-bytes', 'hidden-entry'],
    () => {
      const evil = { ...A, name: 'evil.pkl' };
      const first = buildZip([evil]).subarray(0, -22);
      const directoryOffset = first.length - 46 - 8;
      const bodyBytes = 30 + 5 + 6;
      const shift = first.length + bodyBytes - directoryOffset;
      const second = buildZip([{ ...B, headerOffset: first.length - shift }]).subarray(0, -22);
      return Buffer.concat([first, second, endRecord({ entries: 1, directoryBytes: 51, directoryOffset })]);
    },
    ['b.txt', 'evil.pkl'],
  ],
  [
    'a wrong offset of the directory',
    ['directory-offset-wrong'],
    () => buildZip([A], { directoryOffset: 5000 }),
    ['a.txt'],
  ],
  [
    'bytes behind the directory',
    ['directory-offset-wrong', 'directory-bytes-unread'],
    () => buildZip([A], { afterDirectory: Buffer.from('hidden here') }),
    ['a.txt'],
  ],
  ['a wrong count', ['entry-count-mismatch'], () => buildZip([A, B], { entries: 1 }), ['a.txt', 'b.txt']],
  ['a directory on another disk', ['multi-disk'], () => buildZip([A], { disk: 3 }), ['a.txt']],
  ['no directory', ['directory-missing'], () => buildZip([A, B]).subarray(0, -124), ['a.txt', 'b.txt']],
  [
    'a zip64 record that contradicts the end record',
    ['zip64-mismatch', 'entry-count-mismatch'],
    () => buildZip([A, B], { zip64: { entries: 1 } }),
    ['a.txt', 'b.txt'],
  ],
  [
    'a zip64 locator that points elsewhere',
    ['zip64-mismatch'],
    () => buildZip([A], { zip64: { locator: 7 } }),
    ['a.txt'],
  ],
  [
    'a zip64 end record that is missing',
    ['zip64-mismatch', 'directory-offset-wrong'],
    () => buildZip([A], { directoryOffset: 0xffffffff }),
    ['a.txt'],
  ],
  [
    'bytes between entries',
    ['gap'],
    () => buildZip([A, { ...B, before: Buffer.alloc(40, 1) }]),
    ['a.txt', 'b.txt'],
  ],
  [
    'bytes before the directory',
    ['gap'],
    () => buildZip([A], { beforeDirectory: Buffer.alloc(9) }),
    ['a.txt'],
  ],
  [
    'an entry that the directory does not name',
    ['gap', 'hidden-entry'],
    () => buildZip([A, { ...B, name: 'evil.pkl', isHidden: true }, B]),
    ['a.txt', 'b.txt', 'evil.pkl'],
  ],
  [
    'a hidden entry of unknown length',
    ['gap', 'hidden-entry'],
    () =>
      buildZip([
        A,
        {
          ...B,
          name: 'evil.pkl',
          isHidden: true,
          descriptor: 'signed',
          local: { crc: 0, storedBytes: 0, sizeBytes: 0 },
        },
      ]),
    ['a.txt', 'evil.pkl'],
  ],
  [
    'two entries over the same bytes',
    ['overlap', 'name-mismatch'],
    () =>
      buildZip([
        A,
        { ...A, name: 'b.txt', headerOffset: 0, local: 'none', body: new Uint8Array(0), storedBytes: 5 },
      ]),
  ],
  ['no local header', ['local-header-missing', 'gap'], () => buildZip([{ ...A, local: 'none' }]), ['a.txt']],
  ['a wrong descriptor', ['descriptor-mismatch'], () => buildZip([{ ...A, descriptor: 'wrong' }])],
  ['no descriptor', ['descriptor-missing'], () => buildZip([{ ...A, descriptor: 'none' }])],
  ['another local name', ['name-mismatch'], () => buildZip([{ ...A, local: { name: 'b.pkl' } }])],
  ['other local flags', ['flags-mismatch'], () => buildZip([{ ...A, local: { flags: 1 << 11 } }])],
  [
    'encryption said by the directory alone',
    ['encryption-mismatch', 'encrypted', 'encryption-flag-false'],
    () => buildZip([{ ...A, flags: 1, local: { flags: 0 } }]),
  ],
  [
    'encryption said by the local header alone',
    ['encryption-mismatch'],
    () => buildZip([{ ...A, local: { flags: 1 } }]),
  ],
  ['another local method', ['method-mismatch'], () => buildZip([{ ...B, local: { method: 0 } }])],
  ['another local CRC', ['crc-mismatch'], () => buildZip([{ ...A, local: { crc: 1 } }])],
  ['another local size', ['size-mismatch'], () => buildZip([{ ...A, local: { sizeBytes: 4 } }])],
  ['another local stored size', ['size-mismatch'], () => buildZip([{ ...A, local: { storedBytes: 1 } }])],
  ['another local version', ['version-mismatch'], () => buildZip([{ ...A, local: { version: 45 } }])],
  ['unknown flags', ['unusual-flags'], () => buildZip([{ ...A, flags: 1 << 13 }])],
  ['a version of the future', ['unusual-version'], () => buildZip([{ ...A, version: 99 }])],
  ['an unknown method', ['unknown-method'], () => buildZip([{ ...A, method: 97 }])],
  [
    'an extra field that is too long',
    ['extra-malformed'],
    () => buildZip([{ ...A, extra: Buffer.from([1, 2, 99, 0]) }]),
  ],
  [
    'a second name in an extra field',
    ['unicode-path'],
    () => buildZip([{ ...A, extra: extraField(0x7075, Buffer.from('\x01....evil.pkl')) }]),
  ],
  ['a wrong CRC', ['wrong-crc'], () => buildZip([{ ...A, crc: 5 }])],
  ['a wrong CRC of what is compressed', ['wrong-crc'], () => buildZip([{ ...B, crc: 5 }])],
  ['a wrong size', ['wrong-size'], () => buildZip([{ ...B, sizeBytes: 3 }])],
  ['a wrong size of what is stored', ['wrong-size'], () => buildZip([{ ...A, sizeBytes: 3 }])],
  ['the same name twice', ['duplicate-name'], () => buildZip([A, { ...A, content: 'other' }])],
  ['names that differ in case', ['colliding-name'], () => buildZip([A, { ...A, name: 'A.TXT' }])],
  [
    'names that differ in Unicode form',
    ['colliding-name', 'name-encoding-unsaid'],
    () => buildZip([{ name: 'é' }, { name: 'e\u0301' }]),
  ],
  ['a file that is a folder', ['file-and-directory'], () => buildZip([A, { name: 'a.txt/b' }])],
  ['an absolute name', ['absolute-name'], () => buildZip([{ name: '/etc/x' }])],
  ['a drive', ['absolute-name', 'backslash-name'], () => buildZip([{ name: 'C:\\x' }])],
  ['a name that leaves the folder', ['traversal-name'], () => buildZip([{ name: 'a/../../x' }])],
  ['a NUL in the name', ['nul-in-name'], () => buildZip([{ name: 'data.pkl\0.txt' }])],
  [
    'a name that displays in another order',
    ['control-in-name', 'name-encoding-unsaid'],
    () => buildZip([{ name: 'a\u202egnp.exe' }]),
  ],
  ['no name', ['empty-name'], () => buildZip([{ name: '' }])],
  ['a name that is no UTF-8', ['name-not-utf8'], () => buildZip([{ name: Uint8Array.of(0x61, 0xff) }])],
  ['a link', ['link'], () => buildZip([{ ...A, madeBy: 3 << 8, attributes: 0o120777 << 16 }])],
  ['a device', ['special-file'], () => buildZip([{ ...A, madeBy: 3 << 8, attributes: 0o020777 << 16 }])],
  ['a folder with content', ['directory-with-content'], () => buildZip([{ ...A, name: 'a/' }])],
];

describe('an odd zip archive', () => {
  for (const [what, codes, build, paths] of ODD) {
    it(`says ${codes.join(', ')} of ${what}`, async () => {
      const zip = await readZipIndex(memorySource(build()), ALL);
      const list = zip.entries.map((entry) => entry.path);
      if (paths !== undefined) expect(list).toEqual(paths);
      for (const entry of zip.entries) {
        try {
          const member = await openZipMember(zip, entry, LIMITS);
          await member.read(0, member.sizeBytes);
        } catch (error) {
          expect(error).toBeInstanceOf(BytesError);
        }
      }
      expect(codesOf(zip).sort()).toEqual([...codes].sort());
    });
  }

  it('reads both contents of a duplicate name', async () => {
    expect(await readAll(await index([A, { ...A, content: 'other' }]))).toEqual(['alpha', 'other']);
  });

  it('reads what only claims to be encrypted, as readers that ignore the flag do', async () => {
    for (const part of [A, B]) {
      const zip = await index([{ ...part, flags: 1 }]);
      expect(await readAll(zip)).toEqual([part.content]);
      expect(codesOf(zip)).toEqual(['encrypted', 'encryption-flag-false']);
    }
    const zip = await index([{ ...A, flags: 1, crc: 77 }]);
    await expect(readAll(zip)).rejects.toThrow(expect.objectContaining({ code: 'unsupported' }));
  });

  it('gives what precedes a break in compressed content', async () => {
    const content = Buffer.alloc(20_000, 'a pickle that runs before the break ');
    const body = deflateRawSync(content);
    const zip = await index([{ name: 'x', method: 8, content, body: body.subarray(0, -30) }]);
    const [text = ''] = await readAll(zip);
    expect(text.length).toBeGreaterThan(100);
    expect(content.toString().startsWith(text)).toBe(true);
    expect(codesOf(zip)).toContain('content-broken');
  });

  it('finds no odd end record in an archive inside an archive', async () => {
    const zip = await index([{ name: 'inner.zip', content: buildZip([B]) }]);
    expect(zip.facts).toEqual([]);
  });

  it('reads sizes from the zip64 field and refuses a field without them', async () => {
    const wide = extraField(1, Buffer.concat([u64(5), u64(5)]));
    const sizes = { storedBytes: 0xffffffff, sizeBytes: 0xffffffff };
    expect(await readAll(await index([{ ...A, ...sizes, extra: wide }]))).toEqual(['alpha']);
    expect(codesOf(await index([{ ...A, ...sizes, extra: extraField(1, u64(5)) }]))).toContain(
      'zip64-mismatch',
    );
  });

  it('says where it stopped to search, and to list facts', async () => {
    const wide = await index([A, { ...B, before: Buffer.alloc(17 << 20) }]);
    expect(codesOf(wide)).toEqual(['gap', 'gap-not-searched']);
    const many = Array.from({ length: 900 }, () => ({ name: '../..\\\0' }));
    const odd = await index(many);
    expect(odd.facts).toHaveLength(2001);
    expect(odd.facts.at(-1)?.code).toBe('too-many-facts');
  });

  it('stops a bomb at its ratio', async () => {
    const zip = await index([{ name: 'bomb', method: 8, content: Buffer.alloc(8 << 20) }]);
    const [bomb] = zip.entries;
    if (bomb === undefined) throw new Error('no entry');
    const refused = openZipMember(zip, bomb, { ...LIMITS, maxRatio: 100 });
    await expect(refused).rejects.toThrow(expect.objectContaining({ code: 'limit-exceeded' }));
  });
});

describe('an index that reads few local headers', () => {
  const parts = Array.from({ length: 300 }, (_, i) => ({
    name: `data/${i}`,
    content: Buffer.alloc(4096, i),
  }));
  const FEW = { ...ALL, localHeaders: 'read-members' } as const;

  it('says so, and how much room they leave', async () => {
    const zip = await readZipIndex(memorySource(buildZip(parts)), FEW);
    expect(zip).toMatchObject({ unreadHeaders: 300, maxUnreadRoomBytes: 0, localHeaders: 'read-members' });
    expect(codesOf(zip)).toEqual(['local-headers-not-compared']);
  });

  it('looks into room that usual headers do not need', async () => {
    const hidden = { name: 'evil.pkl', content: Buffer.alloc(400), isHidden: true };
    const zip = await readZipIndex(memorySource(buildZip([...parts, hidden, A])), FEW);
    expect(zip.entries.at(-1)).toMatchObject({ path: 'evil.pkl', origin: 'local' });
    expect(codesOf(zip)).toEqual(['gap', 'hidden-entry', 'local-headers-not-compared']);
  });

  it('compares the header of a member that is opened', async () => {
    const zip = await readZipIndex(
      memorySource(buildZip([...parts, { ...A, local: { name: 'b.txt' } }])),
      FEW,
    );
    const last = zip.entries.at(-1);
    if (last === undefined) throw new Error('no entry');
    await openZipMember(zip, last, LIMITS);
    expect(codesOf(zip)).toContain('name-mismatch');
  });
});
