import { BytesError } from '../bytes-error.ts';
import { Cursor } from '../cursor.ts';
import { BitReader, type Block, NEEDS_INPUT, readBlock } from './bzip2-block.ts';
import type { Decode, DecodeContext } from './decode.ts';
import { endStreams } from './end-streams.ts';

const BLOCK_MAGIC = [0x314159, 0x265359] as const;
const END_MAGIC = [0x177245, 0x385090] as const;
/** Most blocks are stored in less; more is fetched for one that is not. */
const INPUT_BYTES = 256 * 1024;
const PIECE_BYTES = 256 * 1024;

interface Memory {
  table: Uint32Array;
}

/** All streams of a bzip2 file. */
export const decodeBzip2: Decode = async function* (context) {
  const cursor = await Cursor.over(context.source);
  // Allocated for the first block, and once: a file may hold a million empty streams.
  const memory: Memory = { table: new Uint32Array(0) };
  for (let streams = 0; ; streams += 1) {
    if (streams === 1) context.add('several-streams', cursor.position, 'a second bzip2 stream');
    yield* decodeStream(cursor, context, memory);
    context.consumed(cursor.position);
    if (await endStreams(cursor, context, startsStream)) return;
  }
};

function startsStream(cursor: Cursor): boolean {
  const [b, z, h, level = 0] = cursor.peek(4);
  return b === 0x42 && z === 0x5a && h === 0x68 && level >= 0x31 && level <= 0x39;
}

async function* decodeStream(
  cursor: Cursor,
  context: DecodeContext,
  memory: Memory,
): AsyncGenerator<Uint8Array, void> {
  await cursor.ensure(4);
  if (!startsStream(cursor)) {
    throw new BytesError('bad-data', 'no bzip2 header', { offset: cursor.position });
  }
  cursor.skip(3, 'bzip2 magic');
  const blockBytes = 100_000 * (cursor.u8('level') - 0x30);
  let streamCrc = 0;
  let startBit = 0; // of the next block, in the byte at the cursor
  for (;;) {
    const { block, crc, endBit } = await readNext(cursor, startBit, memory, blockBytes);
    if (block === undefined) {
      if (crc !== streamCrc) context.add('wrong-checksum', cursor.position, 'CRC of a bzip2 stream');
      cursor.skip(Math.ceil(endBit / 8), 'bzip2 stream');
      return;
    }
    const blockOffset = cursor.position;
    cursor.skip(endBit >>> 3, 'bzip2 block');
    startBit = endBit & 7;
    const found = yield* expand(block);
    if (found !== block.crc) context.add('wrong-checksum', blockOffset, 'CRC of a bzip2 block');
    streamCrc = (((streamCrc << 1) | (streamCrc >>> 31)) ^ block.crc) >>> 0;
  }
}

interface Next {
  readonly block: Block | undefined; // none at the end of the stream
  readonly crc: number;
  readonly endBit: number; // from the cursor
}

async function readNext(cursor: Cursor, startBit: number, memory: Memory, blockBytes: number): Promise<Next> {
  for (let wanted = INPUT_BYTES; ; wanted *= 4) {
    const available = await cursor.ensure(wanted);
    const bits = new BitReader(cursor.peek(available), startBit);
    try {
      const magic = [bits.take(24), bits.take(24)];
      if (magic[0] === END_MAGIC[0] && magic[1] === END_MAGIC[1]) {
        return { block: undefined, crc: bits.take32(), endBit: bits.position };
      }
      if (magic[0] !== BLOCK_MAGIC[0] || magic[1] !== BLOCK_MAGIC[1]) {
        throw new BytesError('bad-data', 'no bzip2 block', { offset: cursor.position });
      }
      if (memory.table.length < blockBytes) memory.table = new Uint32Array(blockBytes);
      const block = readBlock(bits, memory.table.subarray(0, blockBytes));
      return { block, crc: block.crc, endBit: bits.position };
    } catch (error) {
      if (error !== NEEDS_INPUT) throw error;
      if (available === cursor.remaining) {
        throw new BytesError('truncated', 'the bzip2 stream has no end', { offset: cursor.position });
      }
    }
  }
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/** Undoes the first run lengths: four equal bytes and a count of more. Returns the CRC of what it gave. */
function* expand({ bytes, length, start }: Block): Generator<Uint8Array, number> {
  let crc = -1;
  let next = start;
  let previous = -1;
  let equal = 0;
  const piece = new Uint8Array(PIECE_BYTES);
  let at = 0;
  for (let i = 0; i < length; i += 1) {
    const entry = bytes[next] as number;
    next = entry >>> 8;
    const byte = entry & 0xff;
    if (at > PIECE_BYTES - 256) {
      yield piece.subarray(0, at);
      at = 0;
    }
    if (equal === 4) {
      for (let end = at + byte; at < end; at += 1) {
        piece[at] = previous;
        crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ previous] as number);
      }
      equal = 0;
      previous = -1;
      continue;
    }
    piece[at] = byte;
    at += 1;
    crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] as number);
    equal = byte === previous ? equal + 1 : 1;
    previous = byte;
  }
  yield piece.subarray(0, at);
  return ~crc >>> 0;
}
