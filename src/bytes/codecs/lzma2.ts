import { BytesError } from '../bytes-error.ts';
import type { Cursor } from '../cursor.ts';
import type { LzmaDecoder } from './lzma-decoder.ts';

const RESET_STATE = 1;
const RESET_PROPERTIES = 2;
const RESET_DICTIONARY = 3;
/** LZMA2 allows fewer contexts than LZMA. */
const MAX_LITERAL_BITS = 4;

/** The chunks of one LZMA2 stream up to its end byte, behind which it leaves the cursor. The decoder is as new. */
export async function* decodeLzma2(cursor: Cursor, decoder: LzmaDecoder): AsyncGenerator<Uint8Array, void> {
  let needs = RESET_DICTIONARY;
  for (;;) {
    await cursor.ensure(6);
    const start = cursor.position;
    const control = cursor.u8('chunk');
    if (control === 0) return;
    const isStored = control < 0x80;
    const reset = isStored ? (control === 1 ? RESET_DICTIONARY : 0) : (control >>> 5) & 3;
    if (control > 2 && isStored)
      throw new BytesError('bad-data', `LZMA2 chunk ${control}`, { offset: start });
    if (needs === RESET_DICTIONARY && reset !== RESET_DICTIONARY) {
      throw new BytesError('bad-data', 'an LZMA2 stream without start', { offset: start });
    }
    if (reset === RESET_DICTIONARY) decoder.resetDictionary();
    if (isStored) {
      if (needs === RESET_DICTIONARY) needs = RESET_PROPERTIES;
      yield* copyStored(decoder, cursor);
      continue;
    }
    if (reset < needs) throw new BytesError('bad-data', 'an LZMA2 chunk without state', { offset: start });
    needs = 0;
    yield* decodeChunk(decoder, cursor, control, reset);
  }
}

async function* copyStored(decoder: LzmaDecoder, cursor: Cursor): AsyncGenerator<Uint8Array, void> {
  let left = cursor.u16be('chunk size') + 1;
  await cursor.ensure(left);
  while (left > 0) {
    // A stored chunk that is cut off still gives what is there.
    const bytes = cursor.available > 0 ? cursor.peek(left) : cursor.bytes(left, 'LZMA2 chunk');
    const done = decoder.store(bytes);
    cursor.skip(done, 'LZMA2 chunk');
    left -= done;
    yield decoder.takePiece();
  }
}

async function* decodeChunk(
  decoder: LzmaDecoder,
  cursor: Cursor,
  control: number,
  reset: number,
): AsyncGenerator<Uint8Array, void> {
  let left = ((control & 0x1f) << 16) + cursor.u16be('chunk size') + 1;
  const storedBytes = cursor.u16be('stored size') + 1;
  if (reset >= RESET_PROPERTIES) {
    const properties = cursor.u8('LZMA properties');
    const literalBits = (properties % 9) + (Math.floor(properties / 9) % 5);
    if (literalBits > MAX_LITERAL_BITS) throw new BytesError('bad-data', `LZMA2 properties ${properties}`);
    decoder.setProperties(properties);
  } else if (reset === RESET_STATE) decoder.resetState();
  await cursor.ensure(storedBytes);
  const offset = cursor.position;
  const isCut = cursor.remaining < storedBytes;
  const { range } = decoder;
  range.input = cursor.bytes(Math.min(storedBytes, cursor.remaining), 'LZMA2 chunk');
  range.at = 0;
  try {
    if (!range.start()) throw new BytesError('bad-data', 'an LZMA2 chunk that does not begin with zero');
    while (left > 0) {
      left -= decoder.decode(left, true);
      if (decoder.isEnded) throw new BytesError('bad-data', 'an end marker in an LZMA2 chunk');
      if (left > 0) yield decoder.takePiece();
    }
    if (range.at !== storedBytes || !range.isFinished) {
      throw new BytesError('bad-data', 'an LZMA2 chunk does not end where it should');
    }
  } catch (error) {
    if (!(error instanceof BytesError)) throw error;
    yield decoder.takePiece();
    // Past the end of a chunk is past the end of the file only when the chunk is the last.
    const code = error.code === 'truncated' && !isCut ? 'bad-data' : error.code;
    throw new BytesError(code, error.message, { offset: offset + range.at, cause: error });
  }
  yield decoder.takePiece();
}
