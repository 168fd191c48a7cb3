import { constants, createZstdDecompress } from 'node:zlib';
import { BytesError } from '../bytes-error.ts';
import { Cursor } from '../cursor.ts';
import type { Decode, DecodeContext } from './decode.ts';
import { endStreams } from './end-streams.ts';
import { createNativeDecoder, type NativeDecoder } from './native-decoder.ts';

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50; // to ...5f
const MAX_HEADER_BYTES = 18;
const BLOCK_HEADER_BYTES = 3;
const BLOCK_RLE = 1;
const BLOCK_RESERVED = 3;
/**
 * 64 MiB, what level 21 uses. A larger window, which a hostile header may simply claim, is memory that the decoder
 * must hold.
 */
const MAX_WINDOW_LOG = 26;
const PIECE_BYTES = 128 * 1024;

/**
 * All frames of a zstd file. The blocks are fed one by one, so that a broken one costs only itself.
 *
 * @see RFC 8878
 */
export const decodeZstd: Decode = async function* (context) {
  const cursor = await Cursor.over(context.source);
  for (let frames = 0; ; ) {
    await cursor.ensure(8);
    const start = cursor.position;
    const magic = cursor.u32('zstd magic');
    if (isSkippable(magic)) {
      const length = cursor.u32('frame size');
      context.add('skippable-frame', start, `${length} bytes`);
      cursor.skip(length, 'skippable frame');
    } else if (magic === MAGIC) {
      frames += 1;
      if (frames === 2) context.add('several-streams', start, 'a second zstd frame');
      cursor.seek(start);
      yield* decodeFrame(cursor, context);
    } else throw new BytesError('bad-data', 'no zstd frame', { offset: start });
    context.consumed(cursor.position);
    if (await endStreams(cursor, context, startsFrame)) return;
  }
};

function isSkippable(magic: number): boolean {
  return magic >>> 4 === SKIPPABLE_MAGIC >>> 4;
}

function startsFrame(cursor: Cursor): boolean {
  const head = cursor.peek(4);
  if (head.length < 4) return false;
  const magic = Buffer.from(head).readUInt32LE();
  return magic === MAGIC || isSkippable(magic);
}

async function* decodeFrame(cursor: Cursor, context: DecodeContext): AsyncGenerator<Uint8Array, void> {
  const start = cursor.position;
  await cursor.ensure(MAX_HEADER_BYTES);
  const header = parseHeader(cursor.peek(MAX_HEADER_BYTES), start);
  const params = { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG };
  using decoder = createNativeDecoder(createZstdDecompress({ chunkSize: PIECE_BYTES, params }));
  yield* feed(decoder, cursor, header.headerBytes);
  let contentBytes = 0;
  for (let isLast = false; !isLast; ) {
    await cursor.ensure(BLOCK_HEADER_BYTES);
    const [a = 0, b = 0, c = 0] = cursor.peek(BLOCK_HEADER_BYTES);
    const word = a | (b << 8) | (c << 16);
    const type = (word >>> 1) & 3;
    if (type === BLOCK_RESERVED) {
      throw new BytesError('bad-data', 'a zstd block of the reserved type', { offset: cursor.position });
    }
    isLast = (word & 1) === 1;
    const length = BLOCK_HEADER_BYTES + (type === BLOCK_RLE ? 1 : word >>> 3);
    for await (const piece of feed(decoder, cursor, length)) {
      contentBytes += piece.length;
      yield piece;
    }
  }
  if (header.hasChecksum) yield* feedChecksum(decoder, cursor, context);
  if (header.contentBytes !== undefined && header.contentBytes !== contentBytes) {
    context.add('wrong-size', start, `${contentBytes} bytes, ${header.contentBytes} declared`);
  }
}

/** The last input of a frame: what the decoder has against it can only be the checksum. */
async function* feedChecksum(
  decoder: NativeDecoder,
  cursor: Cursor,
  context: DecodeContext,
): AsyncGenerator<Uint8Array, void> {
  const offset = cursor.position;
  try {
    yield* feed(decoder, cursor, 4);
  } catch (error) {
    if (!(error instanceof BytesError) || error.code !== 'bad-data') throw error;
    context.add('wrong-checksum', offset, 'content of a zstd frame');
  }
}

async function* feed(
  decoder: NativeDecoder,
  cursor: Cursor,
  length: number,
): AsyncGenerator<Uint8Array, void> {
  const offset = cursor.position;
  const input = await cursor.readBytes(length, 'zstd block');
  try {
    yield* decoder.write(input);
  } catch (error) {
    if (!(error instanceof BytesError)) throw error;
    throw new BytesError('bad-data', 'a zstd block breaks its format', { offset, cause: error });
  }
}

interface FrameHeader {
  readonly headerBytes: number;
  readonly hasChecksum: boolean;
  readonly contentBytes: number | undefined;
}

function parseHeader(head: Uint8Array, offset: number): FrameHeader {
  const [, , , , descriptor = 0, windowByte = 0] = head;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeCode = descriptor >>> 6;
  const sizeBytes = sizeCode === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeCode;
  const sizeAt = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  const headerBytes = sizeAt + sizeBytes;
  if (head.length < headerBytes) throw new BytesError('truncated', 'the zstd header has no end', { offset });
  if ((descriptor & 8) !== 0) throw new BytesError('bad-data', 'a reserved zstd flag', { offset });
  if (dictionaryBytes > 0 && head.subarray(sizeAt - dictionaryBytes, sizeAt).some((byte) => byte !== 0)) {
    throw new BytesError('unsupported', 'a zstd frame with a dictionary', { offset });
  }
  let contentBytes: number | undefined;
  if (sizeBytes > 0) {
    contentBytes = head.subarray(sizeAt, headerBytes).reduceRight((value, byte) => value * 256 + byte, 0);
    if (sizeBytes === 2) contentBytes += 256;
  }
  // The window of a single segment is its content.
  const windowBytes = isSingleSegment
    ? (contentBytes ?? 0)
    : 2 ** (10 + (windowByte >>> 3)) * (1 + (windowByte & 7) / 8);
  if (windowBytes > 2 ** MAX_WINDOW_LOG) {
    throw new BytesError('unsupported', `a zstd window of ${windowBytes} bytes`, { offset });
  }
  return { headerBytes, hasChecksum: (descriptor & 4) !== 0, contentBytes };
}
