import { createHash } from 'node:crypto';
import type { FileReport, GapCode, Report } from '#findings';
import { createReport } from '#scan';

/** Gaps that say more of the moment than of the bytes: the next try may do better. */
const PASSING_GAPS: ReadonlySet<GapCode> = new Set(['timeout', 'memory', 'crash', 'unreadable']);

/** Honest paths have none. */
const MAX_MARKS = 8;

/**
 * A path that reads like a member of another file of the version, `a!b` beside `a`: what is said of the two could
 * not be told apart.
 */
export function findAmbiguousPath(paths: ReadonlySet<string>): string | undefined {
  for (const path of paths) {
    const parts = path.split('!', MAX_MARKS + 1);
    if (parts.length > MAX_MARKS) return path;
    for (let count = 1; count < parts.length; count += 1) {
      if (paths.has(parts.slice(0, count).join('!'))) return path;
    }
  }
  return undefined;
}

/**
 * Takes a version's report apart again, by the paths of its files: the outer file leads its members. Relies on
 * {@link findAmbiguousPath}. What belongs to no file is left out.
 */
export function groupByFile(
  report: Report,
  paths: ReadonlySet<string>,
): ReadonlyMap<string, readonly FileReport[]> {
  const groups = new Map<string, FileReport[]>();
  let owner: string | undefined;
  for (const file of report.files) {
    if (paths.has(file.path)) owner = file.path;
    else if (owner !== undefined && !file.path.startsWith(`${owner}!`)) owner = undefined;
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
  const groups = new Map(groupByFile(report, paths));
  const owned = new Set([...groups.values()].flat());
  groups.set(path, group);
  const others = report.files.filter((file) => !owned.has(file));
  return createReport(report.engine, [...others.map((file) => [file]), ...groups.values()]);
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
