import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Engine, FileReport } from '#findings';
import { createReport } from '#scan';
import { findAmbiguousPath, groupByFile, replaceGroup, signReports } from './report-of-version.ts';

const engine: Engine = { name: 'sallyport', version: '0', fingerprint: 'f' };
const segment = fc.stringMatching(/^[ab!]{1,4}$/);

function toFile(path: string): FileReport {
  const coverage = { sizeBytes: 5, readBytes: 3, dataBytes: 0, gaps: [] };
  return { path, format: 'unknown', verdict: 'clean', findings: [], coverage };
}

describe('the report of a version', () => {
  it('comes apart into the groups it was joined from, unless paths are ambiguous', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(segment, fc.array(segment, { maxLength: 3 })), {
          selector: ([path]) => path,
          maxLength: 6,
        }),
        (files) => {
          const paths = new Set(files.map(([path]) => path));
          const groups = files.map(([path, members]) =>
            [path, ...members.map((name) => `${path}!${name}`)].map(toFile),
          );
          const apart = groupByFile(createReport(engine, groups), paths);
          const isWhole = groups.every(
            (group) => JSON.stringify(apart.get(group[0]?.path ?? '')) === JSON.stringify(group),
          );
          if (findAmbiguousPath(paths) === undefined) expect(isWhole).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('knows ambiguous paths', () => {
    expect(findAmbiguousPath(new Set(['a', 'a!b']))).toBe('a!b');
    expect(findAmbiguousPath(new Set(['a', 'a!b!c']))).toBe('a!b!c');
    expect(findAmbiguousPath(new Set(['!'.repeat(4000)]))).toBeDefined();
    expect(findAmbiguousPath(new Set(['b', 'a!b', 'a!c', '!x', 'x!']))).toBeUndefined();
  });

  it('takes other words on one file, and leaves the rest as it was', () => {
    const paths = new Set(['a', 'b', 'c']);
    const report = createReport(
      engine,
      [['.'], ['a', 'a!x'], ['b', 'b!y']].map((group) => group.map(toFile)),
    );
    const evil = { ...toFile('a'), verdict: 'malicious' as const };
    const changed = replaceGroup(report, paths, 'a', [evil]);
    expect(changed.verdict).toBe('malicious');
    expect(changed.files).toEqual([toFile('.'), evil, toFile('b'), toFile('b!y')]);
    expect(replaceGroup(report, paths, 'c', [toFile('c')]).files).toHaveLength(6);
  });

  it('is the same whatever was read to make it, and another when anything was found', () => {
    const file = toFile('a');
    const finding = { rule: 'r/x', message: 'm', confidence: 'high' as const, place: { offset: 1 } };
    const same = { ...file, coverage: { ...file.coverage, readBytes: 99 } };
    expect(signReports([same])).toBe(signReports([file]));
    for (const other of [
      { ...file, verdict: 'unsafe' as const },
      { ...file, findings: [finding] },
      { ...file, format: 'zip' },
      { ...file, coverage: { ...file.coverage, gaps: [{ code: 'limit' as const, detail: '' }] } },
    ]) {
      expect(signReports([other])).not.toBe(signReports([file]));
    }
    expect(signReports([file, toFile('a!b')])).not.toBe(signReports([file]));
  });
});
