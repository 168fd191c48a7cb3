import type { Cursor } from '#bytes';
import type { ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import type { MediaWalk } from './media-walk.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;

/** @see GIF89a specification */
export const walkGif: MediaWalk = async (cursor, context) => {
  await cursor.ensure(13);
  cursor.skip(10, 'header');
  const flags = cursor.u8('flags');
  cursor.skip(2, 'background and aspect');
  cursor.skip(colourTableBytes(flags), 'colour table');
  for (;;) {
    await cursor.ensure(16);
    const offset = cursor.position;
    const kind = cursor.u8('block');
    if (kind === TRAILER) return;
    if (kind === EXTENSION) cursor.skip(1, 'extension label');
    else if (kind === IMAGE) {
      cursor.skip(8, 'image position');
      const imageFlags = cursor.u8('image flags');
      cursor.skip(colourTableBytes(imageFlags) + 1, 'colour table and code size');
    } else throw new FormatError('inconsistent', offset, 'expected a GIF block');
    await skipSubBlocks(cursor, context);
  }
};

function colourTableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Runs of a length byte and as many bytes, up to an empty one. */
async function skipSubBlocks(cursor: Cursor, context: ParseContext): Promise<void> {
  for (;;) {
    context.checkDeadline();
    await cursor.ensure(1);
    const length = cursor.u8('sub-block length');
    if (length === 0) return;
    cursor.skip(length, 'sub-block');
  }
}
