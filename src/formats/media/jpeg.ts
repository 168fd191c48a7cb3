import type { Cursor } from '#bytes';
import type { ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import type { MediaWalk } from './media-walk.ts';

const MARK = 0xff;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const PIECE_BYTES = 64 * 1024;

/** @see ITU-T T.81, annex B */
export const walkJpeg: MediaWalk = async (cursor, context) => {
  cursor.skip(2, 'start of image');
  for (;;) {
    context.checkDeadline();
    await cursor.ensure(4);
    const offset = cursor.position;
    if (cursor.u8('mark') !== MARK) throw new FormatError('inconsistent', offset, 'expected a JPEG marker');
    const marker = cursor.u8('marker');
    if (marker === MARK) {
      cursor.seek(cursor.position - 1); // a fill byte: the next one may be the marker
      continue;
    }
    if (marker === END_OF_IMAGE) return;
    if (isAlone(marker)) continue;
    await cursor.ensure(2);
    const length = cursor.u16be('segment length');
    if (length < 2) throw new FormatError('inconsistent', offset, 'JPEG segment shorter than its length');
    cursor.skip(length - 2, 'segment');
    if (marker === START_OF_SCAN) await skipScan(cursor, context);
  }
};

/** Markers without a segment: TEM, RST0 to RST7, SOI. */
function isAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/** Coded pixels: to the next marker that is neither a stuffed zero nor a restart. */
async function skipScan(cursor: Cursor, context: ParseContext): Promise<void> {
  for (;;) {
    context.checkDeadline();
    await cursor.ensure(2);
    const piece = cursor.peek(Math.min(PIECE_BYTES, cursor.available));
    const mark = piece.indexOf(MARK);
    if (mark < 0) {
      cursor.skip(Math.max(1, piece.length), 'coded pixels');
      continue;
    }
    cursor.skip(mark, 'coded pixels');
    await cursor.ensure(2);
    const next = cursor.peek(2)[1];
    if (next === 0 || (next !== undefined && next >= 0xd0 && next <= 0xd7)) cursor.skip(2, 'stuffing');
    else if (next === MARK) cursor.skip(1, 'fill byte');
    else return;
  }
}
