import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteSource, BytesError, memorySource } from '#bytes';
import type { CoverageGap, FileReport, Rule, Verdict } from '#findings';
import {
  FORMATS,
  type Format,
  type FormatDocument,
  FormatError,
  type Member,
  type ParseContext,
} from '#formats';
import type { Detector } from '../detector.ts';
import { readEnds } from './ends.ts';
import { createKit, type Kit } from './kit.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { scanSource } from './scan-source.ts';

interface TestDocument extends FormatDocument {
  readonly says: string; // what the test detector judges
}

/** A format that recognises a prefix; what it reads is given by the test. */
function testFormat(
  id: string,
  prefix: string,
  parse: (source: ByteSource, context: ParseContext) => Promise<Partial<TestDocument>>,
  more: Partial<Format> = {},
): Format {
  return {
    id,
    version: 1,
    title: id,
    extensions: [`.${id}`],
    recognise: ({ head }) => Buffer.from(head).toString('latin1').includes(prefix),
    load: async () => async (source, context) => ({
      kind: id,
      dataBytes: 0,
      gaps: [],
      members: [],
      ...(await parse(source, context)),
    }),
    ...more,
  };
}

function rule(id: string, verdict: Verdict): Rule {
  return { id, title: id, severity: 'high', verdict, rationale: '', remediation: '', cwe: [] };
}

/** Fires the rule that a document names. */
function testDetector(reads: string): Detector<TestDocument> {
  const rules = [rule(`${reads}/malicious`, 'malicious'), rule(`${reads}/note`, 'clean')];
  return {
    id: reads,
    version: 1,
    reads,
    rules,
    *detect({ says }, { path }) {
      if (says === undefined || says === '') return;
      if (says === 'throw') throw new TypeError('detector broke');
      const repeat = says === 'many' ? 1_000 : 1;
      for (let index = 0; index < repeat; index += 1) {
        const name = says === 'many' ? (index === 999 ? 'malicious' : 'note') : says;
        yield { rule: `${reads}/${name}`, message: path, confidence: 'high', place: { offset: index } };
      }
    },
  };
}

function member(
  path: string,
  content: string | (() => Promise<ByteSource>),
  more: Partial<Member> = {},
): Member {
  const open = typeof content === 'string' ? async () => memorySource(Buffer.from(content)) : content;
  return { path, sizeBytes: 1, role: 'content', open, ...more };
}

function kitOf(formats: readonly Format[], more: Partial<Kit> = {}): Kit {
  return {
    ...createKit(
      formats,
      formats.map(({ id }) => testDetector(id)),
      DEFAULT_LIMITS,
    ),
    ...more,
  };
}

async function scan(
  kit: Kit,
  content: string | Uint8Array,
  path = 'f.x',
  deadlineMs = 10_000,
): Promise<FileReport[]> {
  const source = memorySource(Buffer.from(content));
  const reports: FileReport[] = [];
  await scanSource(kit, { path, source, ends: await readEnds(source), deadlineMs }, (order, report) => {
    expect(reports[order]).toBeUndefined();
    reports[order] = report;
  });
  return reports;
}

const gapsOf = (report: FileReport | undefined) => report?.coverage.gaps.map(({ code }) => code);
const plain = (id: string, says = '') => testFormat(id, id, async () => ({ says }));

describe('recognition', () => {
  it('says unrecognised, and never clean, when no format matches', async () => {
    const [report] = await scan(kitOf([plain('aa')]), 'zz');
    expect(report).toMatchObject({ format: 'unknown', verdict: 'undetermined' });
    expect(gapsOf(report)).toEqual(['unrecognised']);
  });

  it('judges a file by the findings of the format that its bytes show', async () => {
    const [report] = await scan(kitOf([plain('aa', 'malicious')]), 'aa');
    expect(report).toMatchObject({
      format: 'aa',
      verdict: 'malicious',
      coverage: { gaps: [], readBytes: 2 },
    });
    const [noted] = await scan(kitOf([plain('aa', 'note')]), 'aa');
    expect(noted).toMatchObject({ verdict: 'clean', findings: [{ rule: 'aa/note' }] });
  });

  it('reads a polyglot as each of its formats and says that it is one', async () => {
    const [report] = await scan(kitOf([plain('aa'), plain('bb', 'malicious')]), 'aabb');
    expect(report?.verdict).toBe('malicious');
    expect(report?.findings.map(({ rule: id }) => id)).toEqual(['file/polyglot', 'bb/malicious']);
  });

  it('does not call text a polyglot', async () => {
    const [report] = await scan(kitOf([plain('text'), plain('bb')]), 'textbb');
    expect(report).toMatchObject({ verdict: 'clean', findings: [] });
  });

  it('reads the most specific format alone, and the one it refines when it turns out not to be that', async () => {
    const base = plain('base', 'note');
    const refined = (parse: () => Promise<Partial<TestDocument>>) =>
      testFormat('fine', 'base', parse, { refines: 'base' });
    const [fine] = await scan(kitOf([refined(async () => ({ says: 'note' })), base]), 'base');
    expect(fine).toMatchObject({ format: 'fine', findings: [{ rule: 'fine/note' }] });
    const not = refined(async () => {
      throw new FormatError('bad-magic', 0, 'not fine');
    });
    const [fallback] = await scan(kitOf([not, base]), 'base');
    expect(fallback).toMatchObject({ format: 'base', verdict: 'clean', findings: [{ rule: 'base/note' }] });
  });

  it('still reads the base of what a specific parser could not finish, and keeps the gap', async () => {
    const broken = testFormat(
      'fine',
      'base',
      async () => {
        throw new FormatError('truncated', 3, 'cut');
      },
      { refines: 'base' },
    );
    const [report] = await scan(kitOf([broken, plain('base', 'malicious')]), 'base');
    expect(report).toMatchObject({ format: 'base', verdict: 'malicious' });
    expect(report?.coverage.gaps).toEqual([{ code: 'truncated', detail: 'cut (byte 3)', offset: 3 }]);
  });

  it('notes a name that says another format, but not a generic one', async () => {
    const [report] = await scan(kitOf([plain('aa'), plain('bb')]), 'aa', 'x.bb');
    expect(report).toMatchObject({ verdict: 'clean', findings: [{ rule: 'file/misleading-name' }] });
    const [generic] = await scan(
      kitOf([plain('aa'), { ...plain('bb'), extensions: ['.bin'] }]),
      'aa',
      'x.bin',
    );
    expect(generic?.findings).toEqual([]);
  });
});

describe('members', () => {
  const box = (members: () => readonly Member[], gaps: CoverageGap[] = []) =>
    testFormat('box', 'box', async () => ({ members: members(), gaps }));

  it('opens them in order, as outer!inner, and does not open plain numbers', async () => {
    const kit = kitOf([
      box(() => [
        member('first', 'aa'),
        member(
          'numbers',
          async () => {
            throw new Error('opened');
          },
          { role: 'data' },
        ),
        member('second', 'aa'),
      ]),
      plain('aa', 'malicious'),
    ]);
    const reports = await scan(kit, 'box');
    expect(reports.map(({ path, verdict }) => [path, verdict])).toEqual([
      ['f.x', 'clean'],
      ['f.x!first', 'malicious'],
      ['f.x!second', 'malicious'],
    ]);
  });

  it('reads a member as what its loader takes it for, whatever it looks like', async () => {
    const kit = kitOf([
      box(() => [member('m', 'bb', { loadedAs: 'aa' })]),
      plain('aa', 'malicious'),
      plain('bb'),
    ]);
    expect((await scan(kit, 'box'))[1]).toMatchObject({ format: 'aa', verdict: 'malicious' });
    const unknown = kitOf([box(() => [member('m', 'bb', { loadedAs: 'zz' })]), plain('bb')]);
    expect(gapsOf((await scan(unknown, 'box'))[1])).toEqual(['unsupported']);
    const refusing = testFormat('aa', 'aa', async () => {
      throw new FormatError('bad-magic', 0, 'no');
    });
    const refused = kitOf([box(() => [member('m', 'bb', { loadedAs: 'aa' })]), refusing]);
    expect(gapsOf((await scan(refused, 'box'))[1])).toEqual(['malformed']);
  });

  it('judges a document that the container read itself, without opening the member', async () => {
    const document: TestDocument = { kind: 'aa', dataBytes: 7, gaps: [], members: [], says: 'malicious' };
    const open = async () => {
      throw new Error('opened');
    };
    const reports = await scan(kitOf([box(() => [member('m', open, { document })]), plain('aa')]), 'box');
    expect(reports[1]).toMatchObject({ format: 'aa', verdict: 'malicious', coverage: { dataBytes: 7 } });
  });

  it('judges a container after its members, as its gaps may grow with them', async () => {
    const gaps: CoverageGap[] = [];
    const open = async () => {
      gaps.push({ code: 'malformed', detail: 'wrong checksum' });
      return memorySource(Buffer.from('aa'));
    };
    const reports = await scan(kitOf([box(() => [member('m', open)], gaps), plain('aa')]), 'box');
    expect(reports.map(({ verdict }) => verdict)).toEqual(['undetermined', 'clean']);
  });

  it('tells what cannot be opened, and goes on', async () => {
    const open = async () => {
      throw new BytesError('unsupported', 'method 99');
    };
    const reports = await scan(
      kitOf([box(() => [member('bad', open), member('good', 'aa')]), plain('aa')]),
      'box',
    );
    expect(reports.map(gapsOf)).toEqual([[], ['unsupported'], []]);
  });

  it('stops at the limits on depth, members and bytes, which all members share', async () => {
    const nested = box(() => [member('in', 'box')]);
    const deep = await scan(kitOf([nested], { limits: { ...DEFAULT_LIMITS, maxDepth: 3 } }), 'box');
    expect(deep).toHaveLength(4);
    expect(deep.map(gapsOf)).toEqual([[], [], [], ['limit']]);
    const many = box(() => Array.from({ length: 10 }, (_, index) => member(`m${index}`, 'aa')));
    const counted = await scan(
      kitOf([many, plain('aa')], { limits: { ...DEFAULT_LIMITS, maxMembers: 4 } }),
      'box',
    );
    expect(counted).toHaveLength(5);
    expect(counted[0]?.coverage.gaps).toEqual([
      { code: 'limit', detail: '6 members after the first 4 were not opened' },
    ]);
    const large = box(() => [member('a', 'aa'.repeat(400)), member('b', 'aa'.repeat(400))]);
    const metered = await scan(
      kitOf([large, plain('aa')], { limits: { ...DEFAULT_LIMITS, maxInflatedBytes: 1_000 } }),
      'box',
    );
    expect(metered.map(gapsOf)).toEqual([[], [], ['limit']]);
  });

  it('ends where the whole report would be too long, and says so', async () => {
    const name = 'n'.repeat(900);
    const many = box(() => Array.from({ length: 40_000 }, () => member(name, '', { sizeBytes: 0 })));
    const reports = await scan(kitOf([many]), 'box');
    expect(reports.length).toBeLessThan(40_000);
    expect(gapsOf(reports[0])).toEqual(['limit']);
  });

  it('cuts a long name of a member, and never the path of the file', async () => {
    const reports = await scan(
      kitOf([box(() => [member('n'.repeat(5_000), 'aa')]), plain('aa')]),
      'box',
      'p'.repeat(3_000),
    );
    expect(reports[1]?.path).toHaveLength(3_000 + 1_024);
    expect(reports[1]?.path).toMatch(/^p{3000}!n+\.\.\.$/);
  });
});

describe('failures', () => {
  it.each([
    ['bad-magic', 'unrecognised'],
    ['inconsistent', 'malformed'],
    ['limit-exceeded', 'limit'],
    ['truncated', 'truncated'],
  ] as const)('turns a FormatError %s into the gap %s', async (code, gap) => {
    const format = testFormat('aa', 'aa', async () => {
      throw new FormatError(code, 1, 'detail');
    });
    const [report] = await scan(kitOf([format]), 'aa');
    expect(report?.verdict).toBe('undetermined');
    expect(gapsOf(report)).toEqual([gap]);
  });

  it('tells what nobody expected, with its message, from every kind of plugin', async () => {
    const broken = testFormat('aa', 'aa', async () => {
      throw new TypeError('x is not a function');
    });
    const [parser] = await scan(kitOf([broken]), 'aa');
    expect(parser?.coverage.gaps).toEqual([
      { code: 'crash', detail: 'unexpected failure: "TypeError: x is not a function"' },
    ]);
    const unsure: Format = {
      ...plain('aa'),
      recognise: () => {
        throw new RangeError('stack');
      },
    };
    expect(gapsOf((await scan(kitOf([unsure]), 'aa'))[0])).toEqual(['crash', 'unrecognised']);
    expect(gapsOf((await scan(kitOf([plain('aa', 'throw')]), 'aa'))[0])).toEqual(['crash']);
    expect(gapsOf((await scan(kitOf([plain('aa', 'no-such-rule')]), 'aa'))[0])).toEqual(['crash']);
    const liar = testFormat('aa', 'aa', async () => ({ kind: 'bb' }));
    expect(gapsOf((await scan(kitOf([liar]), 'aa'))[0])).toEqual(['crash']);
  });

  it('lists no more findings than people can read, and forgets no verdict', async () => {
    const [report] = await scan(kitOf([plain('aa', 'many')]), 'aa');
    expect(report?.findings.length).toBeLessThanOrEqual(500);
    expect(report?.verdict).toBe('malicious');
    expect(gapsOf(report)).toEqual(['limit']);
  });

  it('ends at the deadline with what it has', async () => {
    let time = 0;
    const slow = testFormat('aa', 'aa', async (_, context) => {
      for (;;) {
        time += 1;
        context.checkDeadline();
      }
    });
    const [report] = await scan(kitOf([slow], { now: () => time }), 'aa', 'f', 1_000);
    expect(report?.verdict).toBe('undetermined');
    expect(gapsOf(report)).toEqual(['timeout']);
    expect(time).toBeLessThan(1_200);
  });

  it('serves the ends from memory and counts every byte that is asked of the source', async () => {
    const size = 400_000;
    const asked: [number, number][] = [];
    const bytes = Buffer.alloc(size, 'a');
    const source: ByteSource = {
      sizeBytes: size,
      async read(offset, length) {
        asked.push([offset, length]);
        return bytes.subarray(offset, offset + length);
      },
    };
    const format = testFormat('aa', 'aa', async (inner) => {
      await inner.read(0, 1_000);
      await inner.read(size - 1_000, 1_000);
      await inner.read(100_000, 10_000);
      return {};
    });
    const reports: FileReport[] = [];
    const job = { path: 'f', source, ends: await readEnds(source), deadlineMs: 1_000 };
    await scanSource(kitOf([format]), job, (_, report) => reports.push(report));
    expect(asked).toEqual([
      [0, 65_536],
      [size - 67_584, 67_584],
      [100_000, 10_000],
    ]);
    expect(reports[0]?.coverage.readBytes).toBe(65_536 + 67_584 + 10_000);
  });
});

describe('the real formats', () => {
  const kit = createKit(FORMATS, [], DEFAULT_LIMITS);
  const starts = [
    '',
    'PK\u0003\u0004',
    '\u0080\u0002',
    '\u0093NUMPY\u0001\u0000',
    '{"a":',
    '\u001f\u008b\u0008',
    'BZh9',
    '(lp0\n',
    '\u00fd7zXZ\u0000',
  ];

  it('give every file a report, the same twice, and call nothing clean that has a gap', async () => {
    const file = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }));
    await fc.assert(
      fc.asyncProperty(file, async ([start, rest]) => {
        const bytes = Buffer.concat([Buffer.from(start, 'latin1'), rest]);
        const reports = await scan(kit, bytes);
        expect(reports[0]?.path).toBe('f.x');
        for (const { verdict, coverage } of reports)
          expect(verdict === 'clean').toBe(coverage.gaps.length === 0);
        expect(await scan(kit, bytes)).toEqual(reports);
      }),
      { numRuns: 300 },
    );
  });
});
