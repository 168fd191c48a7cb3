import { availableParallelism } from 'node:os';
import type { ScanLimits } from '#formats';
import { identifyEngine } from './engine/identity.ts';
import { DEFAULT_LIMITS } from './engine/limits.ts';
import { Pool } from './sandbox/pool.ts';
import { Task } from './sandbox/task.ts';
import { ScanError } from './scan-error.ts';
import type { Scanner } from './scanner.ts';

export interface ScannerOptions {
  readonly processes?: number; // at most; default: one per core
  readonly limits?: Partial<ScanLimits>;
  /** Resident memory of one engine process, watched on Linux. */
  readonly maxResidentBytes?: number;
  /** Closes the scanner, also one that is still starting. */
  readonly signal?: AbortSignal;
}

/** Tensors are not read, so that honest files stay far below; a process at rest has 60 MiB. */
const MAX_RESIDENT_BYTES = 256 * 1024 * 1024;

/**
 * Starts the engine in its sandbox. The first process starts at once, others when there is work for them.
 *
 * @throws {ScanError} `sandbox-unavailable` when no process can be started, `closed` by the signal
 */
export async function createScanner(options: ScannerOptions = {}): Promise<Scanner> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const pool = new Pool({
    processes: Math.max(1, options.processes ?? availableParallelism()),
    limits,
    maxResidentBytes: options.maxResidentBytes ?? MAX_RESIDENT_BYTES,
  });
  const close = () => pool.close(new ScanError('closed', 'the scanner was closed'));
  if (options.signal?.aborted) close();
  options.signal?.addEventListener('abort', close, { once: true });
  const { parts, rules } = await pool.hello;
  const engine = identifyEngine(parts);
  const network = pool.hasNoNetwork ? 'none' : 'host';
  let nextId = 1;
  return {
    engine,
    rules,
    sandbox: { network },
    async scanFile(path, source, scan = {}) {
      const { signal } = scan;
      if (signal?.aborted) throw new ScanError('cancelled', 'the scan was cancelled');
      const task = new Task(
        nextId,
        path,
        source,
        Math.min(scan.deadlineMs ?? limits.deadlineMs, limits.deadlineMs),
      );
      nextId = nextId === 0xffff_ffff ? 1 : nextId + 1;
      const cancel = () => pool.cancel(task);
      signal?.addEventListener('abort', cancel, { once: true });
      pool.add(task);
      try {
        return await task.result;
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    },
    async [Symbol.asyncDispose]() {
      options.signal?.removeEventListener('abort', close);
      close();
    },
  };
}
