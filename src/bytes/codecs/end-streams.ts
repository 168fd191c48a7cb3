import type { Cursor } from '../cursor.ts';
import type { DecodeContext } from './decode.ts';

/** Padding longer than this counts as trailing bytes: nobody looks further for another stream. */
const MAX_PADDING_BYTES = 1024 * 1024;

/**
 * After one stream of a file: says whether it was the last. Zeros are passed over as gzip and xz do; what follows
 * and does not start another stream is a fact.
 */
export async function endStreams(
  cursor: Cursor,
  context: DecodeContext,
  startsStream: (cursor: Cursor) => boolean,
): Promise<boolean> {
  context.checkDeadline();
  const start = cursor.position;
  await cursor.ensure(Math.min(cursor.remaining, 16));
  if (cursor.remaining === 0) return true;
  if (startsStream(cursor)) return false;
  const next = await cursor.ensure(MAX_PADDING_BYTES);
  const bytes = cursor.peek(next);
  const padding = bytes.findIndex((byte) => byte !== 0);
  if (padding < 0 && next === cursor.remaining) {
    context.add('padding', start, `${next} zero bytes`);
    context.consumed(start + next);
    return true;
  }
  if (padding > 0) {
    cursor.skip(padding, 'padding');
    if (startsStream(cursor)) {
      context.add('padding', start, `${padding} zero bytes`);
      return false;
    }
  }
  context.add('trailing-bytes', start, `${cursor.endOffset - start} bytes`);
  return true;
}
