import { BytesError } from '../bytes-error.ts';
import { Cursor } from '../cursor.ts';
import type { Decode } from './decode.ts';
import { inflateBody } from './deflate.ts';
import { startsZlib } from './sniff-compression.ts';

const FLAG_DICTIONARY = 1 << 5;

/** One zlib stream. @see RFC 1950 */
export const decodeZlib: Decode = async function* (context) {
  const cursor = await Cursor.over(context.source);
  await cursor.ensure(2);
  const header = cursor.peek(2);
  if (!startsZlib(header)) throw new BytesError('bad-data', 'no zlib header', { offset: 0 });
  cursor.skip(1, 'method');
  if ((cursor.u8('flags') & FLAG_DICTIONARY) !== 0) {
    throw new BytesError('unsupported', 'a zlib stream with a preset dictionary', { offset: 1 });
  }
  const checksum = createAdler32();
  for await (const piece of inflateBody(cursor, context)) {
    checksum.update(piece);
    yield piece;
  }
  await cursor.ensure(4);
  if (cursor.u32be('Adler-32') !== checksum.value()) {
    context.add('wrong-checksum', cursor.position - 4, 'Adler-32 of the stream');
  }
  context.consumed(cursor.position);
  if (cursor.remaining > 0) context.add('trailing-bytes', cursor.position, `${cursor.remaining} bytes`);
};

const MODULUS = 65521;
/** As many bytes as the sums can take without passing 2^32. */
const BATCH_BYTES = 5552;

function createAdler32(): { update(bytes: Uint8Array): void; value(): number } {
  let a = 1;
  let b = 0;
  return {
    update(bytes) {
      for (let start = 0; start < bytes.length; start += BATCH_BYTES) {
        const end = Math.min(bytes.length, start + BATCH_BYTES);
        for (let i = start; i < end; i += 1) {
          a += bytes[i] as number;
          b += a;
        }
        a %= MODULUS;
        b %= MODULUS;
      }
    },
    value: () => ((b << 16) | a) >>> 0,
  };
}
