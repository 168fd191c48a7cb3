import { quote } from '#kernel';
import type { FactList } from '../fact-list.ts';
import type { TarFactCode } from './tar-index.ts';

/** One record needs at least five bytes: this is plenty for any honest header. */
const MAX_RECORDS = 10_000;
/** Sparse maps of version 0.0 are written so. */
const REPEATED_KEYS: ReadonlySet<string> = new Set(['GNU.sparse.offset', 'GNU.sparse.numbytes']);

/**
 * The records `length key=value newline` of a pax header, the last of each key. Stops at the first malformed one.
 *
 * @see POSIX.1-2017 pax, "pax Extended Header"
 */
export function parsePax(
  bytes: Uint8Array,
  offset: number,
  facts: FactList<TarFactCode>,
): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (let count = 0; at < data.length && data[at] !== 0; count += 1) {
    const space = data.indexOf(0x20, at);
    const digits = space < 0 ? '' : data.toString('latin1', at, Math.min(space, at + 20));
    const length = /^[0-9]{1,9}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    const equals = data.indexOf(0x3d, space);
    const isRecord =
      length > 0 && end <= data.length && equals > space && equals < end && data[end - 1] === 0x0a;
    if (!isRecord || count >= MAX_RECORDS) {
      facts.add('pax-malformed', offset + at, isRecord ? 'too many records' : 'not a pax record');
      break;
    }
    const key = data.toString('utf8', space + 1, equals);
    if (records.has(key) && !REPEATED_KEYS.has(key)) facts.add('pax-duplicate-key', offset + at, quote(key));
    records.set(key, data.toString('utf8', equals + 1, end - 1));
    at = end;
  }
  return records;
}
