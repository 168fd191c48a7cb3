import { InvalidArgumentError } from 'commander';
import { VERDICTS, type Verdict } from '#findings';

export interface ScanCommandOptions {
  readonly json?: true;
  readonly sarif?: string;
  readonly html?: string;
  readonly failOn: Verdict;
  readonly jobs?: number;
  readonly timeout?: number;
  readonly full?: true;
}

export const FAIL_LINES: readonly Verdict[] = VERDICTS.filter((verdict) => verdict !== 'clean');

const MAX_JOBS = 64;
const MAX_TIMEOUT_SECONDS = 3_600;

export function parseJobs(text: string): number {
  return parseWhole(text, MAX_JOBS);
}

/** @returns milliseconds */
export function parseTimeout(text: string): number {
  return parseWhole(text, MAX_TIMEOUT_SECONDS) * 1_000;
}

function parseWhole(text: string, max: number): number {
  const value = Number(text);
  if (/^\d{1,6}$/.test(text) && value >= 1 && value <= max) return value;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${max}`);
}
