import type { ByteSource } from '#bytes';
import type { FileReport } from '#findings';
import { AppError } from '#kernel';

/** One file to be scanned. */
export interface ScanTarget {
  readonly path: string; // as the report names it
  /** @throws {BytesError} and what its transport throws */
  open(signal: AbortSignal): Promise<ByteSource & Partial<AsyncDisposable>>;
}

/** What the arguments of a scan lead to. */
export interface Expansion {
  readonly targets: readonly ScanTarget[];
  /** Reports on what cannot be opened as a file, e.g. a link out of the folder. */
  readonly missed: readonly FileReport[];
  /** What was left out on purpose, a line each. */
  readonly notes: readonly string[];
  /** What is closed when the scan is over. */
  readonly resources: readonly AsyncDisposable[];
}

/** An argument of a scan leads nowhere. */
export class TargetError extends AppError<'not-found' | 'invalid' | 'unavailable'> {}

/** The report on a file that is there and could not be read. */
export function createMissedReport(path: string, detail: string): FileReport {
  return {
    path,
    format: 'unknown',
    verdict: 'undetermined',
    findings: [],
    coverage: { sizeBytes: 0, readBytes: 0, dataBytes: 0, gaps: [{ code: 'unreadable', detail }] },
  };
}
