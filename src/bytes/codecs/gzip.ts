import { crc32 } from 'node:zlib';
import { quote } from '#kernel';
import { BytesError } from '../bytes-error.ts';
import { Cursor } from '../cursor.ts';
import type { Decode, DecodeContext } from './decode.ts';
import { inflateBody } from './deflate.ts';
import { endStreams } from './end-streams.ts';

const MAGIC = Uint8Array.of(0x1f, 0x8b);
const METHOD_DEFLATE = 8;
const FLAG_HEADER_CRC = 1 << 1;
const FLAG_EXTRA = 1 << 2;
const FLAG_NAME = 1 << 3;
const FLAG_COMMENT = 1 << 4;
const RESERVED_FLAGS = 0b1110_0000;
/** Names and comments have no length; nobody writes longer ones. */
const MAX_FIELD_BYTES = 64 * 1024;

/** All members of a gzip file. @see RFC 1952 */
export const decodeGzip: Decode = async function* (context) {
  const cursor = await Cursor.over(context.source);
  for (let members = 0; ; members += 1) {
    const start = cursor.position;
    await readHeader(cursor, context);
    if (members === 1) context.add('several-streams', start, 'a second gzip member');
    let crc = 0;
    let sizeBytes = 0;
    for await (const piece of inflateBody(cursor, context)) {
      crc = crc32(piece, crc);
      sizeBytes += piece.length;
      yield piece;
    }
    await cursor.ensure(8);
    const trailer = cursor.position;
    if (cursor.u32('CRC') !== crc) context.add('wrong-checksum', trailer, 'CRC-32 of a gzip member');
    if (cursor.u32('size') !== sizeBytes % 2 ** 32) {
      context.add('wrong-size', trailer + 4, `the member has ${sizeBytes} bytes`);
    }
    context.consumed(cursor.position);
    if (await endStreams(cursor, context, (next) => next.startsWith(MAGIC))) return;
  }
};

async function readHeader(cursor: Cursor, context: DecodeContext): Promise<void> {
  await cursor.ensure(10);
  const start = cursor.position;
  cursor.expect(MAGIC, 'gzip magic');
  const method = cursor.u8('method');
  if (method !== METHOD_DEFLATE) {
    throw new BytesError('bad-data', `gzip method ${method}`, { offset: start + 2 });
  }
  const flags = cursor.u8('flags');
  if ((flags & RESERVED_FLAGS) !== 0) {
    throw new BytesError('bad-data', `reserved gzip flags ${flags}`, { offset: start + 3 });
  }
  cursor.skip(6, 'time, level and system');
  if ((flags & FLAG_EXTRA) !== 0) {
    await cursor.ensure(2);
    const length = cursor.u16('extra length');
    context.add('header-field', cursor.position, `extra of ${length} bytes`);
    cursor.skip(length, 'extra');
  }
  for (const [flag, what] of [
    [FLAG_NAME, 'name'],
    [FLAG_COMMENT, 'comment'],
  ] as const) {
    if ((flags & flag) === 0) continue;
    const at = cursor.position;
    const text = await readZeroEnded(cursor, what);
    context.add('header-field', at, `${what} ${quote(Buffer.from(text).toString('latin1'))}`);
  }
  if ((flags & FLAG_HEADER_CRC) !== 0) {
    const length = cursor.position - start;
    const expected = crc32(await context.source.read(start, length)) & 0xffff;
    await cursor.ensure(2);
    if (cursor.u16('header CRC') !== expected) {
      context.add('wrong-checksum', cursor.position - 2, 'CRC-16 of a gzip header');
    }
  }
}

async function readZeroEnded(cursor: Cursor, what: string): Promise<Uint8Array> {
  await cursor.ensure(MAX_FIELD_BYTES);
  const length = cursor.peek(MAX_FIELD_BYTES).indexOf(0);
  if (length < 0) {
    const code = cursor.available < MAX_FIELD_BYTES ? 'truncated' : 'bad-data';
    throw new BytesError(code, `gzip ${what} has no end`, { offset: cursor.position });
  }
  const text = cursor.bytes(length, what);
  cursor.skip(1, what);
  return text;
}
