import { createHash } from 'node:crypto';
import { type Engine, type FileReport, type GapCode, type Report, worstVerdict } from '#findings';

/** Gaps that say more of the moment than of the bytes: the next try may do better. */
const PASSING_GAPS: ReadonlySet<GapCode> = new Set(['timeout', 'memory', 'crash', 'unreadable']);

/** Joins what was said of each file, in the order given; the outer file leads its group. */
export function joinReports(engine: Engine, groups: readonly (readonly FileReport[])[]): Report {
  const files = groups.flat();
  const outer = groups.flatMap((group) => group.slice(0, 1));
  return {
    schema: 'sallyport.report/1',
    engine,
    verdict: worstVerdict(files.map(({ verdict }) => verdict)),
    coverage: {
      fileCount: files.length,
      sizeBytes: sum(outer.map(({ coverage }) => coverage.sizeBytes)),
      readBytes: sum(outer.map(({ coverage }) => coverage.readBytes)),
      gapCount: sum(files.map(({ coverage }) => coverage.gaps.length)),
    },
    files,
  };
}

/**
 * Takes a version's report apart again, by the paths of its files. Relies on {@link findAmbiguousPath}: no
 * file could be taken for a member of another.
 */
export function groupByFile(
  report: Report,
  paths: ReadonlySet<string>,
): ReadonlyMap<string, readonly FileReport[]> {
  const groups = new Map<string, FileReport[]>();
  for (const file of report.files) {
    const owner = findOwner(file.path, paths);
    if (owner === undefined) continue;
    const group = groups.get(owner);
    if (group === undefined) groups.set(owner, [file]);
    else group.push(file);
  }
  return groups;
}

/** The same report with other words on one file. */
export function replaceGroup(
  report: Report,
  paths: ReadonlySet<string>,
  path: string,
  group: readonly FileReport[],
): Report {
  const groups = new Map<string, readonly FileReport[]>([...groupByFile(report, paths)]);
  groups.set(path, group);
  const others = report.files.filter((file) => findOwner(file.path, paths) === undefined);
  return joinReports(report.engine, [...others.map((file) => [file]), ...groups.values()]);
}

/** A path that reads like a member of another file of the version, `a!b` beside `a`: reports could not be told apart. */
export function findAmbiguousPath(paths: ReadonlySet<string>): string | undefined {
  for (const path of paths) {
    const end = path.lastIndexOf('!');
    if (end !== -1 && findOwner(path.slice(0, end), paths) !== undefined) return path;
  }
  return undefined;
}

function findOwner(path: string, paths: ReadonlySet<string>): string | undefined {
  let end = path.length;
  while (end !== -1) {
    const owner = path.slice(0, end);
    if (paths.has(owner)) return owner;
    end = end === 0 ? -1 : path.lastIndexOf('!', end - 1);
  }
  return undefined;
}

/**
 * What an engine found in one file and its members, as a digest: verdicts, formats, findings and gaps. How much was
 * read to find it is left out, as ranges and whole files differ in that.
 */
export function signReports(group: readonly FileReport[]): string {
  const facts = group.map(({ path, format, verdict, findings, coverage }) =>
    JSON.stringify([
      path,
      format,
      verdict,
      findings
        .map(({ rule, place, evidence }) => JSON.stringify([rule, place.offset, place.line, evidence]))
        .sort(),
      coverage.gaps.map(({ code, offset }) => JSON.stringify([code, offset])).sort(),
    ]),
  );
  return createHash('sha256').update(facts.sort().join('\n')).digest('hex');
}

/** Whether the same bytes would surely get the same reports again. */
export function isRepeatable(group: readonly FileReport[]): boolean {
  return group.every(({ coverage }) => coverage.gaps.every(({ code }) => !PASSING_GAPS.has(code)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
