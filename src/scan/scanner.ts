import type { ByteSource } from '#bytes';
import type { Engine, FileReport, Rule } from '#findings';

export interface ScanOptions {
  /** Cancels the scan; the promise then rejects with ScanError `cancelled`. */
  readonly signal?: AbortSignal;
  readonly deadlineMs?: number; // of this file
}

/** Takes files apart in sandboxed child processes. */
export interface Scanner extends AsyncDisposable {
  readonly engine: Engine;
  readonly rules: ReadonlyMap<string, Rule>;
  /** How far the engine processes are fenced in, as observed. Files, processes and workers are always refused. */
  readonly sandbox: { readonly network: 'none' | 'host' };
  /**
   * One file and its members (`outer!inner`), the outer file first. Hostile bytes never reject it: what went
   * wrong is in `coverage`. Any number may be asked for at once; as many run as the pool has processes.
   *
   * @throws {ScanError} `cancelled`, `closed`
   */
  scanFile(path: string, source: ByteSource, options?: ScanOptions): Promise<readonly FileReport[]>;
}
