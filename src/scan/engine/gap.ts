import { BytesError } from '#bytes';
import type { CoverageGap, GapCode } from '#findings';
import { FormatError, type FormatErrorCode } from '#formats';
import { DeadlineError } from './deadline.ts';
import { createGap, toCrashGap, toSourceGap } from './source-gap.ts';

const OF_FORMAT_ERROR: Readonly<Record<FormatErrorCode, GapCode>> = {
  'bad-magic': 'malformed',
  inconsistent: 'malformed',
  'limit-exceeded': 'limit',
  truncated: 'truncated',
};

/** What a failure means for coverage. */
export function toGap(error: unknown): CoverageGap {
  if (error instanceof FormatError)
    return createGap(OF_FORMAT_ERROR[error.code], error.message, error.offset);
  if (error instanceof DeadlineError) return createGap('timeout', 'the time for this file was over');
  if (
    error instanceof RangeError &&
    /allocation failed|invalid (?:array|string) length/i.test(error.message)
  ) {
    return createGap('memory', 'more memory was needed than there is');
  }
  return error instanceof BytesError ? toSourceGap(error) : toCrashGap(error);
}
