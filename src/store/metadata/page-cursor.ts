import { quote } from '#kernel';
import type { Page, Paged } from '../store.ts';
import { StoreError } from '../store-error.ts';

/** No page is longer, whatever is asked for. */
const MAX_LIMIT = 1_000;

export function boundLimit(page: Page): number {
  return Math.max(1, Math.min(MAX_LIMIT, Math.trunc(page.limit) || 1));
}

/** The place after which a page starts: the sort key of the last row before it. */
export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** @throws {StoreError} `invalid-value` for text that is not a cursor of `length` parts */
export function decodeCursor(text: string, length: number): readonly string[] {
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch (error) {
    throw invalid(text, error);
  }
  if (!isTexts(key) || key.length !== length) throw invalid(text, undefined);
  return key;
}

/** The page of rows that were asked for with one more than its limit. */
export function toPage<Row, T>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => T,
  keyOf: (row: Row) => readonly string[],
): Paged<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : undefined;
  return { items: shown.map(toItem), next };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'string');
}

function invalid(text: string, cause: unknown): StoreError {
  return new StoreError('invalid-value', `not a page cursor: ${quote(text, 40)}`, { cause });
}
