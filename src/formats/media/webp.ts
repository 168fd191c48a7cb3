import { FormatError } from '../format-error.ts';
import type { MediaWalk } from './media-walk.ts';

/** @see WebP container specification, "RIFF File Format" */
export const walkWebp: MediaWalk = async (cursor, context) => {
  await cursor.ensure(12);
  cursor.skip(4, 'RIFF');
  const end = 8 + cursor.u32('RIFF length');
  cursor.skip(4, 'WEBP');
  while (cursor.position < end) {
    context.checkDeadline();
    await cursor.ensure(8);
    const offset = cursor.position;
    const type = Buffer.from(cursor.bytes(4, 'chunk type')).toString('latin1');
    const length = cursor.u32('chunk length');
    if (!/^[\x20-\x7e]{4}$/.test(type) || cursor.position + length > end) {
      throw new FormatError('inconsistent', offset, 'expected a WebP chunk');
    }
    cursor.skip(length + (length % 2), `chunk ${type}`);
  }
};
