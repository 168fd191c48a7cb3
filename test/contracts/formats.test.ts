import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FORMATS, type Format } from '#formats';
import { MEDIA_FORMATS } from '../../src/formats/media/format.ts';
import { RECOGNISED_FORMATS } from '../../src/formats/recognised/format.ts';
import { acceptFormat } from './accept-format.ts';
import { toSample } from './format-sample.ts';
import { readCorpus, samplesOf } from './format-samples.ts';
import { readAs } from './format-trials.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'src', 'formats');
/** Folders that hold a table of formats instead of one. */
const FAMILIES: Readonly<Record<string, readonly Format[]>> = {
  media: MEDIA_FORMATS,
  recognised: RECOGNISED_FORMATS,
};

const corpus = readCorpus();

describe('the list of formats', () => {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());

  it('has each folder, with what the recipe asks for', () => {
    const expected: string[] = [];
    for (const { name } of folders) {
      const files = readdirSync(join(FOLDER, name));
      expect(files, name).toEqual(expect.arrayContaining(['README.md', 'format.ts', 'parse.ts']));
      expected.push(...(FAMILIES[name]?.map(({ id }) => id) ?? [name]));
    }
    expect(FORMATS.map(({ id }) => id).sort()).toEqual(expected.sort());
  });

  it('names each format once, and a format before what it refines', () => {
    const ids = FORMATS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, refines } of FORMATS) {
      if (refines !== undefined) expect(ids.indexOf(refines), id).toBeGreaterThan(ids.indexOf(id));
    }
  });
});

describe('a malformed sample', () => {
  const named = corpus.filter(({ kind, path }) => kind === 'malformed' && path.includes('--'));

  it('leads to the code that it is named after, in one of the formats that it shows', async () => {
    for (const sample of named) {
      const codes: string[] = [];
      for (const format of FORMATS) {
        if (!format.recognise(toSample(sample.path, sample.bytes))) continue;
        const outcome = await readAs(format, sample);
        codes.push(...outcome.codes, ...outcome.memberCodes);
      }
      expect(codes, sample.path).toContain(sample.path.split('/').at(-1)?.split('--')[0]);
    }
    expect(named.length).toBeGreaterThan(80);
  });
});

for (const format of FORMATS) {
  const samples = await samplesOf(format, FORMATS, corpus);
  if (samples.length > 0) acceptFormat(format, samples, { cuts: 2_000, mutations: 500 });
}
