import type { FileReport, Report } from '#findings';
import type { Clock } from '#kernel';
import { createReport, type Scanner } from '#scan';
import type { Store, VersionFile } from '#store';
import { ExpiringMap } from './expiring-map.ts';
import type { FileReports, ScannedFile } from './file-reports.ts';
import { GateError } from './gate-error.ts';
import type { GateLimits } from './gate-limits.ts';
import { mapBounded } from './limiter.ts';
import type { Objects } from './objects.ts';
import { WHOLE_VERSION } from './refusal.ts';
import { findAmbiguousPath } from './report-of-version.ts';
import type { Subject } from './subject.ts';
import { toGateError } from './upstream-failure.ts';

/** How long what a failed attempt learned waits for the next one, and of how many versions. */
const PROGRESS_KEPT_MS = 900_000;
const MAX_PROGRESS = 16;

export interface JudgeDeps {
  readonly store: Store;
  readonly scanner: Scanner;
  readonly clock: Clock;
  readonly limits: GateLimits;
  readonly objects: Objects;
  readonly fileReports: FileReports;
}

/** Looks at every file of a version, reading as little as can be of what is not stored. */
export class Judge {
  readonly #deps: JudgeDeps;
  readonly #progress: ExpiringMap<Map<string, ScannedFile>>;

  constructor(deps: JudgeDeps) {
    this.#deps = deps;
    this.#progress = new ExpiringMap(deps.clock, MAX_PROGRESS);
  }

  /**
   * A file that breaks its format is evidence and stands in the report. An upstream that fails is not: it throws, and
   * the next attempt goes on where this one ended.
   * @throws {GateError} `upstream-…`
   */
  async examine(
    subject: Subject,
    signal: AbortSignal,
  ): Promise<{ readonly report: Report; readonly readBytes: number }> {
    const { store, scanner, limits } = this.#deps;
    const known = await this.#recall(subject);
    if (known !== undefined) return { report: known, readBytes: 0 };
    const files = await store.versions.files(subject.version.id);
    const excuse = findExcuse(files, limits.maxFiles);
    if (excuse !== undefined) {
      return { report: createReport(scanner.engine, [[excuse]]), readBytes: 0 };
    }
    const id = subject.version.id;
    const done = this.#progress.get(id) ?? new Map<string, ScannedFile>();
    this.#progress.set(id, done, PROGRESS_KEPT_MS);
    try {
      const scanned = await mapBounded(files, limits.parallelFiles, signal, async (file, fileSignal) => {
        const known = done.get(file.path);
        if (known !== undefined) return known;
        const result = await this.#examineFile(subject, file, fileSignal);
        done.set(file.path, result);
        return result;
      });
      this.#progress.delete(id);
      return {
        report: createReport(
          scanner.engine,
          scanned.map(({ reports }) => reports),
        ),
        readBytes: scanned.reduce((total, { readBytes }) => total + readBytes, 0),
      };
    } catch (error) {
      throw toGateError(error, subject.key.repository);
    }
  }

  /** When only the policy is another, what the same engine said of the version still holds. */
  async #recall(subject: Subject): Promise<Report | undefined> {
    const { store, scanner } = this.#deps;
    const before = await store.decisions.current(subject.version.id);
    return before?.engineFingerprint === scanner.engine.fingerprint
      ? store.reports.get(before.reportDigest)
      : undefined;
  }

  async #examineFile(subject: Subject, file: VersionFile, signal: AbortSignal): Promise<ScannedFile> {
    const { objects, fileReports, limits } = this.#deps;
    const { key, version } = subject;
    const { sha256, path, sizeBytes } = file;
    const remembered = sha256 === undefined ? undefined : await fileReports.find(sha256, path);
    if (remembered !== undefined) {
      const knownBytes = remembered[0]?.coverage.sizeBytes;
      // Bytes of this digest were seen, and have another size than this version lists.
      if (knownBytes !== undefined && knownBytes !== sizeBytes) {
        throw new GateError(
          'upstream-invalid',
          `A file is listed with ${sizeBytes} bytes and has ${knownBytes}`,
        );
      }
      return { reports: remembered, readBytes: 0 };
    }
    const stored = await objects.findStored(key, file);
    if (stored !== undefined) return fileReports.ofVerified(stored, path, () => objects.open(stored));

    const origin = objects.origin(key);
    if (origin !== undefined && sizeBytes > limits.smallFileBytes) {
      const source = await origin.open(key, version.revision, file, signal);
      if (source.sizeBytes !== sizeBytes) {
        throw new GateError(
          'upstream-invalid',
          `A file is listed with ${sizeBytes} bytes and has ${source.sizeBytes}`,
        );
      }
      const scanned = await fileReports.ofUnverified(path, source, limits.rangeBudgetBytes, signal);
      const isEnough = !scanned.isOverBudget && !isLate(scanned.reports);
      if (isEnough || sizeBytes > limits.wholeFileBytes) {
        return { reports: scanned.reports, readBytes: scanned.readBytes };
      }
    }
    const fetched = await objects.fetch(subject, file, signal);
    const { reports } = await fileReports.ofVerified(fetched, path, () => objects.open(fetched));
    return { reports, readBytes: sizeBytes };
  }
}

/** A deadline that passes while ranges are awaited may be the upstream's doing, not the file's. */
function isLate(reports: readonly FileReport[]): boolean {
  return reports.some(({ coverage }) => coverage.gaps.some(({ code }) => code === 'timeout'));
}

/** Why a version is not looked at, as the report of a file that stands for it. */
function findExcuse(files: readonly VersionFile[], maxFiles: number): FileReport | undefined {
  const ambiguous = findAmbiguousPath(new Set(files.map(({ path }) => path)));
  const gap =
    files.length > maxFiles
      ? {
          code: 'limit' as const,
          detail: `${files.length} files, and no more than ${maxFiles} are looked at`,
        }
      : ambiguous !== undefined
        ? { code: 'malformed' as const, detail: 'a file is named like a member of another file' }
        : undefined;
  if (gap === undefined) return undefined;
  const sizeBytes = files.reduce((total, file) => total + file.sizeBytes, 0);
  const coverage = { sizeBytes, readBytes: 0, dataBytes: 0, gaps: [gap] };
  return { path: WHOLE_VERSION, format: 'unknown', verdict: 'undetermined', findings: [], coverage };
}
