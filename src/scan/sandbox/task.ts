import type { ByteSource } from '#bytes';
import type { CoverageGap, FileReport, Rule } from '#findings';
import type { ScanLimits } from '#formats';
import type { Ends } from '../engine/ends.ts';
import { MAX_REPORTED_CHARACTERS } from '../engine/limits.ts';
import { verdictWithGaps } from '../engine/verdict.ts';
import { ProtocolError, readReport } from './read-message.ts';

/** Twice what an honest engine stops at: escapes in JSON. */
const MAX_REPORT_BYTES = 2 * MAX_REPORTED_CHARACTERS;

/** One file on its way through the pool. */
export class Task {
  readonly id: number;
  readonly path: string;
  readonly source: ByteSource;
  readonly deadlineMs: number;
  readonly result: Promise<readonly FileReport[]>;
  ends: Ends | undefined;
  /** Bytes that were asked of the source, counted here and not by whom we do not trust. */
  readBytes = 0;
  /** Processes that died over it. */
  deaths = 0;
  isSettled = false;
  #resolve: (reports: readonly FileReport[]) => void;
  #reject: (error: unknown) => void;
  #reports = new Map<number, FileReport>();
  #reportBytes = 0;

  constructor(id: number, path: string, source: ByteSource, deadlineMs: number) {
    this.id = id;
    this.path = path;
    this.source = source;
    this.deadlineMs = deadlineMs;
    const { promise, resolve, reject } = Promise.withResolvers<readonly FileReport[]>();
    this.result = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Forgets what a process said that then died: another one starts over. */
  restart(): void {
    this.deaths += 1;
    this.#reports.clear();
    this.#reportBytes = 0;
  }

  /** @throws {ProtocolError} */
  addReport(json: Uint8Array, rules: ReadonlyMap<string, Rule>, limits: ScanLimits): void {
    this.#reportBytes += json.length;
    if (this.#reportBytes > MAX_REPORT_BYTES) throw new ProtocolError('reports without end');
    const { order, report } = readReport(Buffer.from(json).toString('utf8'), this.path, rules);
    if (order > limits.maxMembers || this.#reports.has(order))
      throw new ProtocolError('a report out of order');
    this.#reports.set(order, report);
  }

  /** @throws {ProtocolError} when there is no report on the file itself */
  complete(): void {
    const outer = this.#reports.get(0);
    if (outer === undefined) throw new ProtocolError('no report on the file');
    this.#settle(outer, []);
  }

  /** Ends with what is known, and a gap. */
  cutShort(gap: CoverageGap): void {
    const coverage = { sizeBytes: this.source.sizeBytes, readBytes: 0, dataBytes: 0, gaps: [] };
    const unknown = {
      path: this.path,
      format: 'unknown',
      verdict: 'undetermined',
      findings: [],
      coverage,
    } as const;
    this.#settle(this.#reports.get(0) ?? unknown, [gap]);
  }

  reject(error: unknown): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#reject(error);
  }

  #settle(outer: FileReport, gaps: readonly CoverageGap[]): void {
    if (this.isSettled) return;
    this.isSettled = true;
    const coverage = {
      ...outer.coverage,
      sizeBytes: this.source.sizeBytes,
      readBytes: this.readBytes,
      gaps: [...outer.coverage.gaps, ...gaps],
    };
    this.#reports.set(0, { ...outer, verdict: verdictWithGaps(outer.verdict, coverage.gaps), coverage });
    const ordered = [...this.#reports].sort(([a], [b]) => a - b);
    this.#resolve(ordered.map(([, report]) => report));
  }
}
