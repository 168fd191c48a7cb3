/**
 * JSON with sorted keys and no white space: the same value gives the same text (RFC 8785, whose rules for numbers
 * and strings are those of `JSON.stringify`). What JSON leaves out of objects is left out.
 */
export function toCanonicalJson(value: unknown): string {
  return JSON.stringify(sortKeys(value));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  // Without a prototype, so that a key `__proto__` is a key like any other.
  const sorted: Record<string, unknown> = Object.create(null);
  for (const [key, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    sorted[key] = sortKeys(member);
  }
  return sorted;
}
