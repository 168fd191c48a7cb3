import { BytesError, type BytesErrorCode } from '#bytes';
import type { CoverageGap, GapCode } from '#findings';
import { FormatError, type FormatErrorCode } from '#formats';
import { quote } from '#kernel';
import { DeadlineError } from './deadline.ts';

const OF_FORMAT_ERROR: Readonly<Record<FormatErrorCode, GapCode>> = {
  'bad-magic': 'malformed',
  inconsistent: 'malformed',
  'limit-exceeded': 'limit',
  truncated: 'truncated',
};

const OF_BYTES_ERROR: Readonly<Record<BytesErrorCode, GapCode>> = {
  'out-of-range': 'malformed', // a parser believed an offset of the file
  'budget-exceeded': 'limit',
  truncated: 'truncated',
  changed: 'unreadable',
  unreadable: 'unreadable',
  'limit-exceeded': 'limit',
  unsupported: 'unsupported',
  'bad-data': 'malformed',
};

const MAX_DETAIL_LENGTH = 300;

/** What a failure means for coverage. What was not expected is a `crash` with its message, never silence. */
export function toGap(error: unknown): CoverageGap {
  if (error instanceof FormatError) {
    return { code: OF_FORMAT_ERROR[error.code], detail: cut(error.message), offset: error.offset };
  }
  if (error instanceof BytesError) {
    const { offset } = error;
    return {
      code: OF_BYTES_ERROR[error.code],
      detail: cut(error.message),
      ...(offset === undefined ? {} : { offset }),
    };
  }
  if (error instanceof DeadlineError) return { code: 'timeout', detail: 'the time for this file was over' };
  if (
    error instanceof RangeError &&
    /allocation failed|invalid (?:array|string) length/i.test(error.message)
  ) {
    return { code: 'memory', detail: 'more memory was needed than there is' };
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: 'crash', detail: `unexpected failure: ${quote(text, 200)}` };
}

function cut(text: string): string {
  return text.length > MAX_DETAIL_LENGTH ? `${text.slice(0, MAX_DETAIL_LENGTH)}...` : text;
}
