import type { Coverage } from './coverage.ts';
import type { Finding } from './finding.ts';
import type { Verdict } from './verdict.ts';

/** The report of one file, or of one member of an archive (`outer!inner`). */
export interface FileReport {
  readonly path: string;
  readonly format: string; // id of the format that its content showed, `unknown` when none did
  readonly verdict: Verdict; // of this file alone; members have their own
  readonly findings: readonly Finding[];
  readonly coverage: Coverage;
}

export interface Engine {
  readonly name: 'sallyport';
  readonly version: string;
  /** Changes whenever the same bytes may get another report: digest over format and detector versions. */
  readonly fingerprint: string;
}

/** The report of a set of files: what `--json` prints and what evidence holds. */
export interface Report {
  readonly schema: 'sallyport.report/1';
  readonly engine: Engine;
  readonly verdict: Verdict; // the worst of the files
  readonly coverage: ReportCoverage;
  readonly files: readonly FileReport[];
}

export interface ReportCoverage {
  readonly fileCount: number; // members included
  readonly sizeBytes: number; // of the outer files
  readonly readBytes: number;
  readonly gapCount: number;
}
