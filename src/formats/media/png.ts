import { FormatError } from '../format-error.ts';
import type { MediaWalk } from './media-walk.ts';

const SIGNATURE_BYTES = 8;
const CRC_BYTES = 4;
/** @see PNG specification, "Chunk layout": a length fits 31 bits. */
const MAX_CHUNK_BYTES = 2 ** 31 - 1;

/** @see PNG specification (ISO/IEC 15948), "Datastream structure" */
export const walkPng: MediaWalk = async (cursor, context) => {
  cursor.skip(SIGNATURE_BYTES, 'signature');
  for (let chunks = 0; ; chunks++) {
    context.checkDeadline();
    await cursor.ensure(8);
    const offset = cursor.position;
    const length = cursor.u32be('chunk length');
    const type = Buffer.from(cursor.bytes(4, 'chunk type')).toString('latin1');
    if (!/^[A-Za-z]{4}$/.test(type) || length > MAX_CHUNK_BYTES || (chunks === 0 && type !== 'IHDR')) {
      throw new FormatError('inconsistent', offset, 'expected a PNG chunk');
    }
    cursor.skip(length + CRC_BYTES, `chunk ${type}`);
    if (type === 'IEND') return;
  }
};
