import type { Readable } from 'node:stream';
import type { ByteRange, DecisionRecord, PackageRecord, VersionFile, VersionRecord } from '#store';
import type { PackageKey } from './origin.ts';

/** A ref or revision, resolved to an immutable version. Says nothing of whether it may be served. */
export interface Resolved {
  readonly key: PackageKey;
  readonly package: PackageRecord;
  readonly version: VersionRecord;
  readonly ref: string; // as asked for
  /** The upstream could not be asked: this is what it said last. */
  readonly isStale: boolean;
  /** With `isStale`: when it said so. */
  readonly staleSince?: Date;
}

/** What a person who is refused gets to see, the same in every protocol. */
export interface Refusal {
  readonly effect: 'block' | 'hold';
  readonly decisionId: string;
  readonly policyRule: string;
  readonly finding: string | undefined;
  readonly file: string | undefined;
  readonly decisionUrl: string; // absolute
  /** Printable ASCII, no newline, at most 300 characters: rule, finding and file, what to do, decision URL. */
  readonly line: string;
}

export type Admission =
  | {
      readonly kind: 'serve';
      readonly resolved: Resolved;
      readonly decision: DecisionRecord;
      readonly warnings: readonly string[]; // lines like Refusal.line; also when the answer is stale
    }
  | {
      readonly kind: 'refuse';
      readonly resolved: Resolved;
      readonly decision: DecisionRecord;
      readonly refusal: Refusal;
    }
  /** Being judged; ask again. */
  | { readonly kind: 'pending'; readonly resolved: Resolved; readonly retryAfterSeconds: number };

export type Served = Extract<Admission, { kind: 'serve' }>;

/** One file of an admitted version. */
export interface GateFile {
  readonly file: VersionFile;
  /**
   * Its bytes, from the store or through it from the upstream. The last bytes of a file that is not yet stored are
   * withheld until its digest and the re-scan of the stored copy agree with the decision; when they do not, the
   * stream is destroyed with a GateError.
   * @throws {GateError} `range-not-satisfiable`, `upstream-…`
   */
  stream(range?: ByteRange, signal?: AbortSignal): Promise<Readable>;
  /** Whether the bytes are already stored. */
  readonly isCached: boolean;
}

/** The one gate behind every door of every protocol. */
export interface Gate {
  /** @throws {GateError} */
  resolve(key: PackageKey, ref: string, signal?: AbortSignal): Promise<Resolved>;
  /**
   * The decision on a version: the recorded one while its evidence is fresh, else judged now by reading ranges.
   * Waits `waitMs` (default 8 s, below the clients' 10 s) and then answers `pending`; the judging goes on.
   * @throws {GateError}
   */
  admit(
    resolved: Resolved,
    options?: { readonly waitMs?: number; readonly signal?: AbortSignal },
  ): Promise<Admission>;
  /** @throws {GateError} `file-not-found` */
  open(admission: Served, path: string): Promise<GateFile>;
  /** Background work: judges a version that nobody waits for. */
  judge(versionId: string, signal: AbortSignal): Promise<DecisionRecord>;
}
