import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLines } from './body.ts';
import { namesEtag, parseByteRange } from './byte-range.ts';
import { toDisposition, toHeaderLine, toTopic } from './header-text.ts';
import { createLfsRule, DEFAULT_GIT_ATTRIBUTES, renderLfsAttribute } from './lfs-rule.ts';
import { parseReadmeCard } from './readme-card.ts';

describe('ranges', () => {
  it.each([
    [null, { kind: 'whole' }],
    ['bytes=0-0', { kind: 'part', range: { start: 0, end: 1 } }],
    ['bytes=5-', { kind: 'part', range: { start: 5, end: 10 } }],
    ['bytes=-3', { kind: 'part', range: { start: 7, end: 10 } }],
    ['bytes=-30', { kind: 'part', range: { start: 0, end: 10 } }],
    ['bytes=8-99', { kind: 'part', range: { start: 8, end: 10 } }],
    ['bytes=10-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=5-4', { kind: 'whole' }],
    ['bytes=0-1,3-4', { kind: 'whole' }],
    ['lines=0-1', { kind: 'whole' }],
    ['bytes=a-b', { kind: 'whole' }],
  ])('%s of ten bytes', (header, expected) => expect(parseByteRange(header, 10)).toEqual(expected));

  it('lie inside the file', () => {
    fc.assert(
      fc.property(fc.nat(), fc.option(fc.nat()), fc.option(fc.nat()), (size, from, to) => {
        const answer = parseByteRange(`bytes=${from ?? ''}-${to ?? ''}`, size);
        if (answer.kind !== 'part') return;
        expect(answer.range.start).toBeGreaterThanOrEqual(0);
        expect(answer.range.start).toBeLessThan(answer.range.end);
        expect(answer.range.end).toBeLessThanOrEqual(size);
      }),
    );
  });

  it('are compared by entity tag', () => {
    expect(namesEtag('W/"a", "b"', '"b"')).toBe(true);
    expect(namesEtag('*', '"b"')).toBe(true);
    expect(namesEtag('"bb"', '"b"')).toBe(false);
  });
});

describe('header text', () => {
  it('is one line of printable ASCII whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(9), (unit, times) => {
        const text = unit.repeat(times);
        expect(toHeaderLine(text)).toMatch(/^[\x20-\x7e]{0,300}$/);
        expect(toTopic(text)).toMatch(/^[\w.-]*$/);
        expect(toDisposition(`a/${text.toWellFormed()}`)).toMatch(/^[\x20-\x7e]*$/);
        new Headers({ 'x-error-message': toHeaderLine(text) });
      }),
    );
  });
});

describe('lines of a body', () => {
  it('are the same however the body is cut', async () => {
    const line = fc
      .string({ unit: 'grapheme-ascii', maxLength: 20 })
      .map((text) => text.replaceAll('\n', ''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (lines, hasEnd, size) => {
          const bytes = Buffer.from(lines.join('\n') + (hasEnd && lines.length > 0 ? '\n' : ''));
          const read: string[] = [];
          for await (const one of readLines(cut(bytes, size), 20)) read.push(Buffer.from(one).toString());
          const expected = lines.at(-1) === '' && !hasEnd ? lines.slice(0, -1) : lines;
          expect(read).toEqual(expected);
        },
      ),
    );
  });

  it('have an end', async () => {
    const read = async () => {
      for await (const _ of readLines(cut(Buffer.alloc(100, 'x'), 7), 50)) expect(_).toBeDefined();
    };
    await expect(read()).rejects.toMatchObject({ code: 'too-large' });
  });
});

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

describe('what goes to LFS', () => {
  it('is what a new repository names, and what is too large', () => {
    const isLfs = createLfsRule(DEFAULT_GIT_ATTRIBUTES, 1_000);
    for (const path of [
      'a.bin',
      'x/model.safetensors',
      'saved_model/a/b',
      'w.tar.gz',
      'run/events.out.tfevents.1',
    ]) {
      expect([path, isLfs(path, 1)]).toEqual([path, true]);
    }
    for (const path of ['config.json', 'bin', 'a.binary', 'README.md']) expect(isLfs(path, 1)).toBe(false);
    expect(isLfs('config.json', 1_001)).toBe(true);
    expect(isLfs('empty.bin', 0)).toBe(false);
  });

  it('is named by a line of its own otherwise', () => {
    for (const path of ['a b.json', 'x/[1]*.txt', '!x', '#y', 'tab\\z']) {
      expect([path, createLfsRule(renderLfsAttribute(path), 1_000)(path, 1)]).toEqual([path, true]);
      expect(createLfsRule(renderLfsAttribute(path), 1_000)(`other/${path}`, 1)).toBe(false);
    }
  });
});

describe('the metadata block of a README', () => {
  it('is read into what clients look for', () => {
    const card = parseReadmeCard(
      '---\nlicense: mit\ntags:\n- a\n- b\nlanguage: en\npipeline_tag: fill-mask\ndate: 2020-01-01\n---\n# x',
      32_768,
    );
    expect(card.errors).toEqual([]);
    expect(card.info).toMatchObject({ tags: ['a', 'b', 'en', 'license:mit'], pipeline_tag: 'fill-mask' });
    expect(parseReadmeCard('# no block', 100)).toEqual({ info: {}, errors: [], warnings: [] });
    expect(parseReadmeCard(`---\na: ${'x'.repeat(200)}\n---\n`, 100).warnings.length).toBe(1);
  });

  it.each([
    '---\na: [\n---\n',
    '---\n- a\n---\n',
    `---\n${'['.repeat(25_000)}\n---\n`,
    `---\n${'- '.repeat(12_000)}a\n---\n`,
    `---\na: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 20 }, (_, i) => `b${i}: &b${i} [${'*'}${i === 0 ? 'a' : `b${i - 1}`},*a,*a,*a]`).join('\n')}\n---\n`,
    '---\n!!js/function "x": 1\na: !!binary "="\n? [a]\n: {}\n"\\0": "\\0"\n---\n',
    `---\n${'a: b: c\n'.repeat(4_000)}---\n`,
    `---\n${'? '.repeat(60)}${'"'.repeat(25_000)}\n---\n`,
    `---\n${Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}k:`).join('\n')}\n---\n`,
    `---\n${'\t|>- *&!%@`\n'.repeat(2_500)}---\n`,
  ])('ends soon in errors or plain values: %#', (text) => {
    const startedAt = performance.now();
    const { info, errors } = parseReadmeCard(text, 32_768);
    expect(errors.length > 0 || !JSON.stringify(info).includes('\\u0000')).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
