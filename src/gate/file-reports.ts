import type { ByteSource } from '#bytes';
import type { FileReport } from '#findings';
import type { Sha256 } from '#kernel';
import type { Scanner } from '#scan';
import type { Store } from '#store';
import { Flights } from './flights.ts';
import { isRepeatable } from './report-of-version.ts';
import { WatchedSource } from './watched-source.ts';

export interface ScannedFile {
  readonly reports: readonly FileReport[]; // never empty; the outer file first
  readonly readBytes: number; // asked of the source now
}

export interface FileReportsDeps {
  readonly store: Store;
  readonly scanner: Scanner;
  readonly fileDeadlineMs: number;
  readonly signal: AbortSignal; // of the gate's life
}

/** What the engine says of files: bytes whose digest is verified are taken apart once. */
export class FileReports {
  readonly #deps: FileReportsDeps;
  readonly #scans = new Flights<ScannedFile>();

  constructor(deps: FileReportsDeps) {
    this.#deps = deps;
  }

  /** What is remembered of bytes under a path. */
  find(sha256: Sha256, path: string): Promise<readonly FileReport[] | undefined> {
    return this.#deps.store.reports.findFile(this.#key(sha256, path));
  }

  /** Of verified bytes: remembered, or looked at now. @throws what the source throws */
  ofVerified(
    sha256: Sha256,
    path: string,
    open: () => Promise<ByteSource & Partial<AsyncDisposable>>,
  ): Promise<ScannedFile> {
    return this.#scans.join(JSON.stringify([sha256, path]), async () => {
      const known = await this.find(sha256, path);
      if (known !== undefined) return { reports: known, readBytes: 0 };
      const source = await open();
      try {
        const scanned = await this.#scanSurely(path, source);
        if (isRepeatable(scanned.reports)) {
          await this.#deps.store.reports.putFile(this.#key(sha256, path), scanned.reports);
        }
        return scanned;
      } finally {
        await source[Symbol.asyncDispose]?.();
      }
    });
  }

  /** Of bytes that nobody vouches for yet, as an upstream gives them: never remembered. */
  async ofUnverified(
    path: string,
    source: ByteSource,
    budgetBytes: number,
    signal: AbortSignal,
  ): Promise<ScannedFile & { readonly isOverBudget: boolean }> {
    const watched = new WatchedSource(source, budgetBytes);
    const reports = await this.#scan(path, watched, signal);
    return { reports, readBytes: watched.readBytes, isOverBudget: watched.isOverBudget };
  }

  /** A passing trouble of ours, such as a busy machine, is not held against a file before a second try. */
  async #scanSurely(path: string, source: ByteSource): Promise<ScannedFile> {
    const watched = new WatchedSource(source);
    const first = await this.#scan(path, watched, this.#deps.signal);
    const reports = isRepeatable(first) ? first : await this.#scan(path, watched, this.#deps.signal);
    return { reports, readBytes: watched.readBytes };
  }

  async #scan(path: string, source: WatchedSource, signal: AbortSignal): Promise<readonly FileReport[]> {
    const deadlineMs = this.#deps.fileDeadlineMs;
    const reports = await this.#deps.scanner.scanFile(path, source, { signal, deadlineMs });
    if (source.failure !== undefined) throw source.failure;
    return reports.length > 0 ? reports : [nothingSaid(path, source)];
  }

  #key(sha256: Sha256, path: string) {
    return { sha256, path, engineFingerprint: this.#deps.scanner.engine.fingerprint };
  }
}

/** A scanner that says nothing of a file has not cleared it. */
function nothingSaid(path: string, source: WatchedSource): FileReport {
  const { sizeBytes, readBytes } = source;
  const gaps = [{ code: 'crash' as const, detail: 'the scanner gave no report' }];
  const coverage = { sizeBytes, readBytes, dataBytes: 0, gaps };
  return { path, format: 'unknown', verdict: 'undetermined', findings: [], coverage };
}
