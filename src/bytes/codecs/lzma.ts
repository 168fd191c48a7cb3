import { BytesError } from '../bytes-error.ts';
import { Cursor } from '../cursor.ts';
import type { Decode } from './decode.ts';
import { LzmaDecoder } from './lzma-decoder.ts';

const HEADER_BYTES = 13;
const UNKNOWN_SIZE = 0xffff_ffff_ffff_ffffn;
const INPUT_BYTES = 64 * 1024;

/** The older `.lzma` form: properties, dictionary size, content size or -1, stream. */
export const decodeLzma: Decode = async function* (context) {
  const cursor = await Cursor.over(context.source);
  await cursor.ensure(HEADER_BYTES + 5);
  const properties = cursor.u8('LZMA properties');
  const dictionaryBytes = cursor.u32('dictionary size');
  const declared = cursor.u64('content size');
  const contentBytes = declared === UNKNOWN_SIZE ? Number.POSITIVE_INFINITY : Number(declared);
  const decoder = new LzmaDecoder(Math.min(dictionaryBytes, contentBytes));
  decoder.setProperties(properties);
  decoder.range.input = cursor.bytes(5, 'LZMA stream');
  if (!decoder.range.start()) throw new BytesError('bad-data', 'no LZMA stream', { offset: HEADER_BYTES });
  let left = contentBytes;
  try {
    while (left > 0 && !decoder.isEnded) {
      left -= await decodeNext(decoder, cursor, left);
      yield decoder.takePiece();
    }
    // With a known size the end marker may be there or not.
    if (!decoder.isEnded && !decoder.range.isFinished) {
      await decodeNext(decoder, cursor, 1);
      if (!decoder.isEnded)
        context.add('wrong-size', cursor.position, `more than the ${contentBytes} bytes declared`);
    }
  } catch (error) {
    yield decoder.takePiece();
    throw error;
  }
  if (decoder.isEnded && left > 0 && left !== Number.POSITIVE_INFINITY) {
    context.add('wrong-size', cursor.position, `${left} bytes fewer than declared`);
  }
  context.consumed(cursor.position);
  if (cursor.remaining > 0) context.add('trailing-bytes', cursor.position, `${cursor.remaining} bytes`);
};

async function decodeNext(decoder: LzmaDecoder, cursor: Cursor, maxBytes: number): Promise<number> {
  await cursor.ensure(INPUT_BYTES);
  const { range } = decoder;
  range.input = cursor.peek(cursor.available);
  range.at = 0;
  try {
    return decoder.decode(maxBytes, cursor.available === cursor.remaining);
  } catch (error) {
    if (!(error instanceof BytesError)) throw error;
    throw new BytesError(error.code, error.message, { offset: cursor.position + range.at, cause: error });
  } finally {
    cursor.skip(Math.min(range.at, range.input.length), 'LZMA stream');
  }
}
