import type { FileReport } from '#findings';
import { AppError } from '#kernel';
import { ScanError, type Scanner } from '#scan';
import { createMissedReport, type ScanTarget, TargetError } from './scan-target.ts';

export interface ScanRun {
  readonly scanner: Scanner;
  readonly targets: readonly ScanTarget[];
  readonly lanes: number; // files open at the same time
  readonly signal: AbortSignal;
  onDone(reports: readonly FileReport[]): void;
}

/**
 * Scans all targets, some at a time, and gives the reports in the order of the targets.
 *
 * @throws {ScanError} `cancelled`
 */
export async function runScan(run: ScanRun): Promise<readonly (readonly FileReport[])[]> {
  const scans: (readonly FileReport[])[] = new Array(run.targets.length);
  const entries = run.targets.entries();
  const work = async () => {
    // The lanes share one iterator: each takes the next target when it is free.
    for (const [index, target] of entries) {
      const reports = await scanTarget(run, target);
      scans[index] = reports;
      run.onDone(reports);
    }
  };
  await Promise.all(Array.from({ length: Math.min(run.lanes, run.targets.length) }, work));
  return scans;
}

async function scanTarget({ scanner, signal }: ScanRun, target: ScanTarget): Promise<readonly FileReport[]> {
  if (signal.aborted) throw new ScanError('cancelled', 'the scan was cancelled');
  try {
    const source = await target.open(signal);
    try {
      return await scanner.scanFile(target.path, source, { signal });
    } finally {
      await source[Symbol.asyncDispose]?.();
    }
  } catch (error) {
    if (error instanceof ScanError || error instanceof TargetError) throw error;
    if (signal.aborted) throw new ScanError('cancelled', 'the scan was cancelled', { cause: error });
    if (error instanceof AppError) return [createMissedReport(target.path, error.message)];
    throw error;
  }
}
