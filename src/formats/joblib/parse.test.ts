import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#bytes';
import type { ParseContext } from '../format.ts';
import { parseJoblib } from './parse.ts';

const CORPUS = join(import.meta.dirname, '..', '..', '..', 'test', 'corpus', 'joblib');
const context: ParseContext = {
  name: 'model.joblib',
  limits: {
    maxDepth: 1,
    maxMembers: 1,
    maxInflatedBytes: 1,
    maxRatio: 1,
    maxPickleOps: 1_000_000,
    maxReadBytes: 1,
    deadlineMs: 1,
  },
  checkDeadline() {},
};

async function parse(path: string) {
  return parseJoblib(memorySource(readFileSync(join(CORPUS, path))), context);
}

describe('joblib', () => {
  it.each([2, 3, 4, 5])('takes the numbers of arrays out of a stream of protocol %i', async (protocol) => {
    const document = await parse(`benign/protocol-${protocol}.joblib`);
    // 6 × 7 and 3 numbers of 8 bytes, 5 whole numbers of 8 bytes.
    expect(document).toMatchObject({
      arrays: 3,
      objectArrays: 0,
      dataBytes: 8 * (42 + 5 + 3),
      anomalies: [],
      gaps: [],
    });
    expect(document.programs.map(({ end }) => end)).toEqual(['stop']);
  });

  it('knows the size of arrays of every kind', async () => {
    // (3,2) f8, (4,) i4, U2 × 2, M8, record of 20 × 2, none, f8, i8 × 2, i8 × 5, c16 × 3, bool.
    const sizes = [48, 16, 16, 8, 40, 0, 8, 16, 40, 48, 1];
    const { arrays, dataBytes } = await parse('benign/kinds.joblib');
    expect([arrays, dataBytes]).toEqual([sizes.length, sizes.reduce((sum, size) => sum + size, 0)]);
  });

  it('runs the pickle of an object array, and goes on behind it', async () => {
    const { objectArrays, arrays, programs } = await parse('malicious/object.joblib');
    expect([objectArrays, arrays]).toEqual([1, 1]);
    const imports = programs.flatMap(({ events }) =>
      events.flatMap((event) =>
        event.kind === 'import' && event.name.kind === 'str' ? [event.name.value] : [],
      ),
    );
    expect(imports).toContain('system');
    expect(programs.map(({ end }) => end)).toEqual(['stop', 'stop']);
  });

  it('sees an object in the field of a record', async () => {
    expect((await parse('malicious/record-object.joblib')).objectArrays).toBe(1);
  });

  it('shows what pickle.load would run of the numbers', async () => {
    const { anomalies, programs } = await parse('malicious/two-readings.pkl');
    expect(anomalies.map(({ code }) => code)).toEqual(['second-reading']);
    expect(programs.length).toBe(2);
  });

  it('is not for a pickle without arrays', async () => {
    await expect(parse('benign/no-arrays.joblib')).rejects.toMatchObject({ code: 'bad-magic' });
  });
});
