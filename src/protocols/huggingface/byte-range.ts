import type { ByteRange } from '#store';

export type RangeAnswer =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly range: ByteRange }
  | { readonly kind: 'unsatisfiable' };

/**
 * What a `Range` header asks for. Several ranges, other units and what cannot be read are answered with the whole, as
 * they may be; so is any range of an empty file, which has no first byte.
 *
 * @see RFC 9110, 14.2
 */
export function parseByteRange(header: string | null, sizeBytes: number): RangeAnswer {
  const match = /^bytes=\s*(\d{0,16})-(\d{0,16})\s*$/i.exec(header ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (match === null || (from === '' && to === '') || sizeBytes === 0) return { kind: 'whole' };
  if (from === '') {
    const length = Math.min(Number(to), sizeBytes);
    return length === 0
      ? { kind: 'unsatisfiable' }
      : { kind: 'part', range: { start: sizeBytes - length, end: sizeBytes } };
  }
  const start = Number(from);
  const end = to === '' ? sizeBytes : Math.min(Number(to) + 1, sizeBytes);
  if (to !== '' && Number(to) < start) return { kind: 'whole' };
  return start >= sizeBytes ? { kind: 'unsatisfiable' } : { kind: 'part', range: { start, end } };
}

/** Whether a list of entity tags names this one, compared weakly. */
export function namesEtag(header: string | null, etag: string): boolean {
  if (header === null) return false;
  return header.split(',').some((one) => {
    const tag = one.trim().replace(/^W\//, '');
    return tag === '*' || tag === etag;
  });
}
