export function isTrue(value: string | null): boolean {
  return value !== null && /^(?:true|1)$/i.test(value);
}

/** `limit` of a listing, within its bounds. */
export function readLimit(query: URLSearchParams, most: number, usual = most): number {
  const asked = Number(query.get('limit') ?? usual);
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, most) : usual;
}
