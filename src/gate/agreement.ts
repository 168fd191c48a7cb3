import type { ByteSource } from '#bytes';
import type { FileReport, Report } from '#findings';
import type { Clock, Log, Sha256 } from '#kernel';
import type { DecisionRecord, Store, VersionFile } from '#store';
import { isCovered } from './carry-over.ts';
import { type Decider, isServed } from './decider.ts';
import { ExpiringMap } from './expiring-map.ts';
import type { FileReports } from './file-reports.ts';
import { Flights } from './flights.ts';
import { GateError } from './gate-error.ts';
import { groupByFile, replaceGroup, signReports } from './report-of-version.ts';
import type { Subject } from './subject.ts';

/** Decisions whose reports are kept at hand, as one digest for each file. */
const MAX_DECISIONS = 32;
const MAX_AGREED = 50_000;
const KEPT_MS = 3_600_000;

export interface AgreementDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly fileReports: FileReports;
  readonly decider: Decider;
}

/**
 * Binds bytes to decisions. A version may have been judged by ranges that its upstream chose to give, and the bytes
 * under a digest come from wherever that digest was seen first: whatever is served is looked at as it lies in the
 * store, and served only when that finds what the decision rests on.
 */
export class Agreement {
  readonly #deps: AgreementDeps;
  readonly #decided: ExpiringMap<Promise<ReadonlyMap<string, string>>>;
  readonly #agreed: ExpiringMap<true>;
  readonly #checks = new Flights<void>();

  constructor(deps: AgreementDeps) {
    this.#deps = deps;
    this.#decided = new ExpiringMap(deps.clock, MAX_DECISIONS);
    this.#agreed = new ExpiringMap(deps.clock, MAX_AGREED);
  }

  /**
   * The decision that stands for a version and lets it through.
   * @throws {GateError} `not-admitted`
   */
  async currentDecision(subject: Subject): Promise<DecisionRecord> {
    const { store, decider } = this.#deps;
    const decision = await store.decisions.current(subject.version.id);
    const isCurrent = decision !== undefined && decider.isStanding(decision, subject.key.repository);
    if (isCurrent && isServed(decision)) return decision;
    throw new GateError('not-admitted', 'the decision on this version no longer lets it through: ask again');
  }

  /**
   * Whether verified bytes are what a decision saw of a file. When they are not, the version is decided on anew by
   * what they are, and they pass only when that lets them through for no reason that was not known before.
   * @throws {GateError} `not-admitted`
   */
  async confirm(
    subject: Subject,
    decision: DecisionRecord,
    file: VersionFile,
    sha256: Sha256,
    open: () => Promise<ByteSource & Partial<AsyncDisposable>>,
  ): Promise<void> {
    const id = JSON.stringify([decision.id, file.path, sha256]);
    if (this.#agreed.get(id)) return;
    await this.#checks.join(id, async () => {
      const { reports, readBytes } = await this.#deps.fileReports.ofVerified(sha256, file.path, open);
      const expected = (await this.#readDecided(subject, decision)).get(file.path);
      // A file that the decision says nothing of, as one too many, passes when there is nothing to say of it.
      const isAgreed =
        expected === undefined
          ? reports.every(({ verdict }) => verdict === 'clean')
          : expected === signReports(reports);
      const standing = isAgreed
        ? decision
        : await this.#decideAgain(subject, decision, file, reports, readBytes);
      this.#agreed.set(JSON.stringify([standing.id, file.path, sha256]), true, KEPT_MS);
      this.#agreed.set(id, true, KEPT_MS);
    });
  }

  async #decideAgain(
    subject: Subject,
    decision: DecisionRecord,
    file: VersionFile,
    reports: readonly FileReport[],
    readBytes: number,
  ): Promise<DecisionRecord> {
    const { store, decider, log } = this.#deps;
    log.warn('stored bytes are not what was decided on', {
      decision: decision.id,
      package: subject.package.name,
      version: subject.version.revision,
      file: file.path,
    });
    const current = await store.decisions.current(subject.version.id);
    if (current?.id === decision.id) {
      const paths = await this.#readPaths(subject);
      const report = replaceGroup(await store.reports.get(decision.reportDigest), paths, file.path, reports);
      const next = await decider.decide(subject, report, {
        readBytes: decision.readBytes + readBytes,
        elapsedMs: decision.elapsedMs,
      });
      if (isServed(next) && isCovered(next.reasons, decision.reasons)) return next;
    }
    throw new GateError(
      'not-admitted',
      'these bytes are not what was decided on; there is a new decision on this version: ask again',
    );
  }

  /** What a decision rests on, one digest for each path. */
  #readDecided(subject: Subject, decision: DecisionRecord): Promise<ReadonlyMap<string, string>> {
    const known = this.#decided.get(decision.id);
    if (known !== undefined) return known;
    const reading = this.#signDecided(subject, decision);
    this.#decided.set(decision.id, reading, KEPT_MS);
    reading.catch(() => this.#decided.delete(decision.id));
    return reading;
  }

  async #signDecided(subject: Subject, decision: DecisionRecord): Promise<ReadonlyMap<string, string>> {
    const report: Report = await this.#deps.store.reports.get(decision.reportDigest);
    const groups = groupByFile(report, await this.#readPaths(subject));
    return new Map([...groups].map(([path, group]) => [path, signReports(group)]));
  }

  async #readPaths(subject: Subject): Promise<ReadonlySet<string>> {
    const files = await this.#deps.store.versions.files(subject.version.id);
    return new Set(files.map(({ path }) => path));
  }
}
