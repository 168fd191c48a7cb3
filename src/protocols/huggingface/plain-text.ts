import type { Json } from '#store';

/** Text as a database can hold it: no NUL, no half characters. */
export function toPlainText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

export function toPlainJson(value: Json): Json {
  if (typeof value === 'string') return toPlainText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(toPlainJson);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [toPlainText(key), toPlainJson(item)] as const),
  );
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
