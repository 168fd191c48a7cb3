import { BytesError } from '../bytes-error.ts';
import { Cursor } from '../cursor.ts';
import type { Decode, DecodeContext } from './decode.ts';
import { endStreams } from './end-streams.ts';
import { decodeLz4Block, Lz4Break } from './lz4-block.ts';
import { createXxh32 } from './xxh32.ts';

const FRAME_MAGIC = 0x184d2204;
const LEGACY_MAGIC = 0x184c2102;
const SKIPPABLE_MAGIC = 0x184d2a50; // to ...5f

const FLAG_DICTIONARY = 1 << 0;
const FLAG_RESERVED = 1 << 1;
const FLAG_CONTENT_CHECKSUM = 1 << 2;
const FLAG_CONTENT_SIZE = 1 << 3;
const FLAG_BLOCK_CHECKSUM = 1 << 4;
const FLAG_INDEPENDENT = 1 << 5;
const STORED_BLOCK = 0x8000_0000;
/** Matches of linked blocks reach back this far. */
const HISTORY_BYTES = 64 * 1024;
const LEGACY_BLOCK_BYTES = 8 * 1024 * 1024;

/**
 * All frames of an LZ4 file, new or legacy.
 *
 * @see LZ4 Frame Format Description 1.6.4
 */
export const decodeLz4: Decode = async function* (context) {
  const cursor = await Cursor.over(context.source);
  // Allocated once: a file may hold a million small frames.
  const memory: Memory = { out: new Uint8Array(0) };
  for (let frames = 0; ; ) {
    await cursor.ensure(8);
    const start = cursor.position;
    const magic = cursor.u32('LZ4 magic');
    if (isSkippable(magic)) {
      const length = cursor.u32('frame size');
      context.add('skippable-frame', start, `${length} bytes`);
      cursor.skip(length, 'skippable frame');
    } else {
      frames += 1;
      if (frames === 2) context.add('several-streams', start, 'a second LZ4 frame');
      if (magic === FRAME_MAGIC) yield* decodeFrame(cursor, context, memory);
      else if (magic === LEGACY_MAGIC) yield* decodeLegacy(cursor, memory);
      else throw new BytesError('bad-data', 'no LZ4 frame', { offset: start });
    }
    context.consumed(cursor.position);
    if (await endStreams(cursor, context, startsFrame)) return;
  }
};

interface Memory {
  out: Uint8Array;
}

function reserve(memory: Memory, length: number): Uint8Array {
  if (memory.out.length < length) memory.out = new Uint8Array(length);
  return memory.out.subarray(0, length);
}

function isSkippable(magic: number): boolean {
  return magic >>> 4 === SKIPPABLE_MAGIC >>> 4;
}

function startsFrame(cursor: Cursor): boolean {
  const head = cursor.peek(4);
  if (head.length < 4) return false;
  const magic = Buffer.from(head).readUInt32LE();
  return magic === FRAME_MAGIC || magic === LEGACY_MAGIC || isSkippable(magic);
}

interface FrameHeader {
  readonly maxBlockBytes: number;
  readonly isIndependent: boolean;
  readonly hasBlockChecksum: boolean;
  readonly hasContentChecksum: boolean;
  readonly contentBytes: number | undefined;
}

async function readFrameHeader(cursor: Cursor, context: DecodeContext): Promise<FrameHeader> {
  await cursor.ensure(15);
  const start = cursor.position;
  const flags = cursor.u8('frame flags');
  const descriptor = cursor.u8('block descriptor');
  const sizeCode = (descriptor >>> 4) & 7;
  if (flags >>> 6 !== 1 || (flags & FLAG_RESERVED) !== 0 || (descriptor & 0x8f) !== 0 || sizeCode < 4) {
    throw new BytesError('bad-data', `LZ4 frame flags ${flags}, ${descriptor}`, { offset: start });
  }
  const contentBytes = (flags & FLAG_CONTENT_SIZE) !== 0 ? Number(cursor.u64('content size')) : undefined;
  if ((flags & FLAG_DICTIONARY) !== 0) {
    throw new BytesError('unsupported', 'an LZ4 frame with a dictionary', { offset: start });
  }
  const checksum = createXxh32();
  checksum.update(await context.source.read(start, cursor.position - start));
  if (cursor.u8('header checksum') !== ((checksum.value() >>> 8) & 0xff)) {
    context.add('wrong-checksum', cursor.position - 1, 'LZ4 frame header');
  }
  return {
    maxBlockBytes: 1 << (8 + 2 * sizeCode),
    isIndependent: (flags & FLAG_INDEPENDENT) !== 0,
    hasBlockChecksum: (flags & FLAG_BLOCK_CHECKSUM) !== 0,
    hasContentChecksum: (flags & FLAG_CONTENT_CHECKSUM) !== 0,
    contentBytes,
  };
}

async function* decodeFrame(
  cursor: Cursor,
  context: DecodeContext,
  memory: Memory,
): AsyncGenerator<Uint8Array, void> {
  const header = await readFrameHeader(cursor, context);
  const out = reserve(memory, HISTORY_BYTES + header.maxBlockBytes);
  const checksum = createXxh32();
  let historyBytes = 0;
  let contentBytes = 0;
  for (;;) {
    await cursor.ensure(4);
    const start = cursor.position;
    const word = cursor.u32('block size');
    if (word === 0) break;
    const length = word & ~STORED_BLOCK;
    if (length > header.maxBlockBytes) {
      throw new BytesError('bad-data', `an LZ4 block of ${length} bytes`, { offset: start });
    }
    const isStored = word >= STORED_BLOCK;
    const stored = await readBlock(cursor, length, isStored, header, context);
    const room = out.subarray(0, historyBytes + header.maxBlockBytes);
    const end = isStored
      ? copyStored(stored, room, historyBytes)
      : yield* decodeBlock(stored, room, historyBytes, start);
    const piece = out.subarray(historyBytes, end);
    if (header.hasContentChecksum) checksum.update(piece);
    contentBytes += piece.length;
    yield piece;
    historyBytes = header.isIndependent ? 0 : Math.min(end, HISTORY_BYTES);
    out.copyWithin(0, end - historyBytes, end);
  }
  await cursor.ensure(4);
  if (header.hasContentChecksum && cursor.u32('content checksum') !== checksum.value()) {
    context.add('wrong-checksum', cursor.position - 4, 'content of an LZ4 frame');
  }
  if (header.contentBytes !== undefined && header.contentBytes !== contentBytes) {
    context.add('wrong-size', cursor.position, `${contentBytes} bytes, ${header.contentBytes} declared`);
  }
}

async function readBlock(
  cursor: Cursor,
  length: number,
  isStored: boolean,
  header: FrameHeader,
  context: DecodeContext,
): Promise<Uint8Array> {
  const checksumBytes = header.hasBlockChecksum ? 4 : 0;
  await cursor.ensure(length + checksumBytes);
  // A stored block that is cut off still gives what is there.
  const isCut = cursor.remaining < length;
  const stored = cursor.bytes(isCut && isStored ? cursor.remaining : length, 'LZ4 block');
  if (header.hasBlockChecksum && !isCut) {
    const checksum = createXxh32();
    checksum.update(stored);
    if (cursor.u32('block checksum') !== checksum.value()) {
      context.add('wrong-checksum', cursor.position - 4, 'block of an LZ4 frame');
    }
  }
  return stored;
}

function copyStored(stored: Uint8Array, out: Uint8Array, start: number): number {
  out.set(stored, start);
  return start + stored.length;
}

/** Gives what came before a break, and then throws it. */
function* decodeBlock(
  stored: Uint8Array,
  out: Uint8Array,
  start: number,
  offset: number,
): Generator<Uint8Array, number> {
  try {
    return decodeLz4Block(stored, out, start);
  } catch (error) {
    if (!(error instanceof Lz4Break)) throw error;
    yield out.subarray(start, error.outEnd);
    throw new BytesError('bad-data', error.message, { offset, cause: error });
  }
}

/** Blocks of up to 8 MiB until the end of the file or the next magic. */
async function* decodeLegacy(cursor: Cursor, memory: Memory): AsyncGenerator<Uint8Array, void> {
  while (cursor.remaining > 0) {
    await cursor.ensure(4);
    if (startsFrame(cursor)) return;
    const start = cursor.position;
    const length = cursor.u32('block size');
    if (length > LEGACY_BLOCK_BYTES + LEGACY_BLOCK_BYTES / 255 + 16) {
      throw new BytesError('bad-data', `a legacy LZ4 block of ${length} bytes`, { offset: start });
    }
    const stored = await cursor.readBytes(length, 'LZ4 block');
    // A byte stands for at most 255.
    const out = reserve(memory, Math.min(LEGACY_BLOCK_BYTES, length * 255));
    const end = yield* decodeBlock(stored, out, 0, start);
    yield out.subarray(0, end);
  }
}
