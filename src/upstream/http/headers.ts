export type HeaderMap = Readonly<Record<string, string | string[] | undefined>>;

/** One header's value; the first when it was sent more than once. */
export function readHeader(headers: HeaderMap, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** Seconds, from a number or a date. @see RFC 9110, 10.2.3 */
export function parseRetryAfter(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now.getTime()) / 1000));
}

/** The query of the next page. Only the query is taken: a page never comes from another address. */
export function parseNextQuery(link: string | undefined): string | undefined {
  for (const part of (link ?? '').slice(0, 8_192).split(/,(?=\s*<)/)) {
    const match = /^\s*<([^>]*)>(.*)$/s.exec(part);
    if (match === null || !/;\s*rel\s*=\s*"?next"?(?:\s*(?:;|$))/i.test(match[2] ?? '')) continue;
    const url = URL.parse(match[1] ?? '', 'http://page.invalid');
    if (url !== null && url.search !== '') return url.search.slice(1);
  }
  return undefined;
}

export interface ContentRange {
  readonly start: number;
  readonly end: number; // one past the last byte
  readonly sizeBytes: number;
}

export function parseContentRange(value: string | undefined): ContentRange | undefined {
  const match = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/.exec(value ?? '');
  if (match === null) return undefined;
  const [start = 0, last = 0, sizeBytes = 0] = match.slice(1).map(Number);
  return start <= last && last < sizeBytes ? { start, end: last + 1, sizeBytes } : undefined;
}

/** An entity tag as the Hub's clients compare them. */
export function normalizeEtag(etag: string | undefined): string | undefined {
  const text = etag?.replace(/^W\//, '').replaceAll('"', '');
  return text === '' ? undefined : text;
}
