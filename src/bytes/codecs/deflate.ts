import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { BytesError } from '../bytes-error.ts';
import { Cursor } from '../cursor.ts';
import type { Decode, DecodeContext } from './decode.ts';
import { inflateExactly } from './inflater.ts';
import { createNativeDecoder } from './native-decoder.ts';

const PIECE_BYTES = 128 * 1024;
const INPUT_BYTES = 64 * 1024;
/** What is stored in less than this is inflated in one call; a stream object costs more than the work. */
const SMALL_STORED_BYTES = 64 * 1024;
/** Of a longer source this much is tried so, for files of many small members. */
const TRIED_BYTES = 4 * 1024;
const SMALL_INFLATED_BYTES = 1024 * 1024;

export const decodeDeflate: Decode = async function* (context) {
  const cursor = await Cursor.over(context.source);
  yield* inflateBody(cursor, context);
  context.consumed(cursor.position);
  if (cursor.remaining > 0) context.add('trailing-bytes', cursor.position, `${cursor.remaining} bytes`);
};

export const decodeDeflate64: Decode = async function* (context) {
  const cursor = await Cursor.over(context.source);
  yield* inflateExactly(cursor, 'deflate64');
  context.consumed(cursor.position);
  if (cursor.remaining > 0) context.add('trailing-bytes', cursor.position, `${cursor.remaining} bytes`);
};

/** Inflates one raw deflate stream and leaves the cursor behind it. */
export async function* inflateBody(
  cursor: Cursor,
  { isExact }: Pick<DecodeContext, 'isExact'>,
): AsyncGenerator<Uint8Array, void> {
  if (isExact) {
    yield* inflateExactly(cursor);
    return;
  }
  const tried = cursor.remaining <= SMALL_STORED_BYTES ? cursor.remaining : TRIED_BYTES;
  if (tried > 0) {
    await cursor.ensure(tried);
    const small = inflateSmall(cursor.peek(tried));
    if (small === 'broken' && tried === cursor.remaining) {
      throw new BytesError('bad-data', 'the deflate stream breaks its format', { offset: cursor.position });
    }
    if (typeof small === 'object') {
      cursor.skip(small.engine.bytesWritten, 'deflate stream');
      yield small.buffer;
      return;
    }
  }
  using decoder = createNativeDecoder(createInflateRaw({ chunkSize: PIECE_BYTES }));
  const start = cursor.position;
  while (!decoder.isEnded && cursor.remaining > 0) {
    await cursor.ensure(INPUT_BYTES);
    yield* decoder.write(cursor.bytes(cursor.available, 'deflate stream'));
  }
  if (!decoder.isEnded && !(await decoder.finish())) {
    throw new BytesError('truncated', 'the deflate stream has no end', { offset: cursor.position });
  }
  cursor.seek(start + decoder.consumedBytes);
}

function inflateSmall(stored: Uint8Array): Info | 'broken' | 'large' {
  try {
    // Node gives this shape for `info`; its types do not know.
    const answer: unknown = inflateRawSync(stored, { info: true, maxOutputLength: SMALL_INFLATED_BYTES });
    return isInfo(answer) ? answer : 'large';
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return error.code === 'ERR_BUFFER_TOO_LARGE' ? 'large' : 'broken';
  }
}

interface Info {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number }; // what was taken of the input
}

function isInfo(answer: unknown): answer is Info {
  return typeof answer === 'object' && answer !== null && 'buffer' in answer && 'engine' in answer;
}
