import { BytesError, type BytesErrorCode } from '#bytes';
import type { CoverageGap, GapCode } from '#findings';
import { AppError, quote } from '#kernel';

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

/** What the failure of a source means for coverage. */
export function toSourceGap(error: unknown): CoverageGap {
  if (error instanceof BytesError) return createGap(OF_BYTES_ERROR[error.code], error.message, error.offset);
  // A source should wrap what its medium throws; when it did not, the bytes are missing all the same.
  if (error instanceof AppError) return createGap('unreadable', error.message);
  return toCrashGap(error);
}

/** What was not expected is told with its message, never swallowed. */
export function toCrashGap(error: unknown): CoverageGap {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  // Refusals carry this to strangers: where the program lies on its machine is none of their business.
  return createGap(
    'crash',
    `unexpected failure: ${quote(text.replace(/(?:file:\/\/)?(?:\/[\w.@+-]+){2,}/g, '<path>'), 200)}`,
  );
}

export function createGap(code: GapCode, message: string, offset?: number): CoverageGap {
  const detail = message.length > MAX_DETAIL_LENGTH ? `${message.slice(0, MAX_DETAIL_LENGTH)}...` : message;
  return { code, detail, ...(offset === undefined ? {} : { offset }) };
}
