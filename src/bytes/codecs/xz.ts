import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { BytesError } from '../bytes-error.ts';
import { Cursor } from '../cursor.ts';
import { createCrc64 } from './crc64.ts';
import type { Decode, DecodeContext } from './decode.ts';
import { endStreams } from './end-streams.ts';
import { LzmaDecoder } from './lzma-decoder.ts';
import { decodeLzma2 } from './lzma2.ts';
import { XZ_MAGIC } from './sniff-compression.ts';
import { createDeltaFilter, createX86Filter, type XzFilter } from './xz-filters.ts';

const FOOTER_MAGIC = Uint8Array.of(0x59, 0x5a);
const HEADER_BYTES = 12;
const FOOTER_BYTES = 12;
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const CHECK_CRC32 = 1;
const CHECK_CRC64 = 4;
const CHECK_SHA256 = 10;
const FILTER_DELTA = 0x03;
const FILTER_X86 = 0x04;
const FILTER_LZMA2 = 0x21;
const MAX_FILTERS = 4;

type TakeDecoder = (dictionaryBytes: number) => LzmaDecoder;

/**
 * All streams of an xz file.
 *
 * @see The .xz File Format 1.2.1
 */
export const decodeXz: Decode = async function* (context) {
  const cursor = await Cursor.over(context.source);
  // One dictionary for all blocks: a file may hold thousands, each of which would leave its own behind.
  let decoder = new LzmaDecoder(0);
  const takeDecoder: TakeDecoder = (dictionaryBytes) => {
    if (decoder.dictionaryBytes === dictionaryBytes) decoder.restart();
    else decoder = new LzmaDecoder(dictionaryBytes);
    return decoder;
  };
  for (let streams = 0; ; streams += 1) {
    if (streams === 1) context.add('several-streams', cursor.position, 'a second xz stream');
    yield* decodeStream(cursor, context, takeDecoder);
    context.consumed(cursor.position);
    if (await endStreams(cursor, context, (next) => next.startsWith(XZ_MAGIC))) return;
  }
};

async function* decodeStream(
  cursor: Cursor,
  context: DecodeContext,
  takeDecoder: TakeDecoder,
): AsyncGenerator<Uint8Array, void> {
  await cursor.ensure(HEADER_BYTES);
  cursor.expect(XZ_MAGIC, 'xz magic');
  const flags = cursor.bytes(2, 'stream flags');
  checkCrc(flags, cursor, context, 'xz stream header');
  const [reserved = 0, check = 0] = flags;
  if (reserved !== 0 || check > 15)
    throw new BytesError('bad-data', 'reserved xz flags', { offset: cursor.position });
  const records: Block[] = [];
  for (;;) {
    await cursor.ensure(1024);
    if (cursor.peek(1)[0] === 0) break;
    records.push(yield* decodeBlock(cursor, check, context, takeDecoder));
  }
  const indexBytes = await checkIndex(cursor, records, context);
  await cursor.ensure(FOOTER_BYTES);
  const start = cursor.position;
  const expected = cursor.u32('footer CRC');
  const covered = cursor.bytes(6, 'footer');
  const view = new DataView(covered.buffer, covered.byteOffset, covered.byteLength);
  if (crc32(covered) !== expected) context.add('wrong-checksum', start, 'xz stream footer');
  const isRight =
    (view.getUint32(0, true) + 1) * 4 === indexBytes && covered[5] === check && covered[4] === 0;
  if (!isRight) context.add('wrong-size', start, 'the xz footer disagrees with the stream');
  cursor.expect(FOOTER_MAGIC, 'xz footer magic');
}

interface Block {
  readonly unpaddedBytes: number;
  readonly contentBytes: number;
}

async function* decodeBlock(
  cursor: Cursor,
  check: number,
  context: DecodeContext,
  takeDecoder: TakeDecoder,
): AsyncGenerator<Uint8Array, Block> {
  const start = cursor.position;
  const header = readBlockHeader(cursor, context);
  const dataStart = cursor.position;
  const checksum = createCheck(check);
  let contentBytes = 0;
  for await (const piece of decodeFilters(cursor, header, takeDecoder)) {
    contentBytes += piece.length;
    checksum?.update(piece);
    yield piece;
  }
  const storedBytes = cursor.position - dataStart;
  await cursor.ensure(3 + 64);
  const padding = (4 - (storedBytes & 3)) & 3;
  if (cursor.bytes(padding, 'block padding').some((byte) => byte !== 0)) {
    throw new BytesError('bad-data', 'xz block padding is not zero', { offset: cursor.position - padding });
  }
  const length = CHECK_BYTES[check] ?? 0;
  const declared = Buffer.from(cursor.bytes(length, 'block check'));
  if (checksum !== undefined && !checksum.digest().equals(declared)) {
    context.add('wrong-checksum', cursor.position - length, 'content of an xz block');
  }
  const { declaredContent = contentBytes, declaredStored = storedBytes } = header;
  if (declaredContent !== contentBytes || declaredStored !== storedBytes) {
    context.add('wrong-size', start, `an xz block of ${storedBytes} bytes with ${contentBytes}`);
  }
  return { unpaddedBytes: cursor.position - start - padding, contentBytes };
}

interface BlockHeader {
  readonly declaredStored: number | undefined;
  readonly declaredContent: number | undefined;
  readonly dictionaryBytes: number;
  readonly filters: readonly XzFilter[]; // in the order to undo them
}

function readBlockHeader(cursor: Cursor, context: DecodeContext): BlockHeader {
  const start = cursor.position;
  const length = (cursor.u8('block header size') + 1) * 4;
  cursor.seek(start);
  const header = cursor.bytes(length - 4, 'block header');
  checkCrc(header, cursor, context, 'xz block header');
  const fields = new Fields(header, start, 1);
  const flags = fields.byte();
  if ((flags & 0x3c) !== 0) fields.refuse('reserved flags');
  const declaredStored = (flags & 0x40) !== 0 ? fields.number() : undefined;
  const declaredContent = (flags & 0x80) !== 0 ? fields.number() : undefined;
  const filters: XzFilter[] = [];
  const count = (flags & 3) + 1;
  for (let i = 0; i < count && i < MAX_FILTERS; i += 1) {
    const id = fields.number();
    const properties = fields.bytes(fields.number());
    if (i === count - 1) {
      if (id !== FILTER_LZMA2 || properties.length !== 1) fields.refuse('the last filter is not LZMA2');
      const dictionaryBytes = toDictionaryBytes(properties[0] ?? 0, fields);
      return { declaredStored, declaredContent, dictionaryBytes, filters: filters.reverse() };
    }
    filters.push(createFilter(id, properties, fields));
  }
  return fields.refuse('no filter');
}

function toDictionaryBytes(bits: number, fields: Fields): number {
  if (bits > 40) fields.refuse('dictionary size');
  return bits === 40 ? 0xffff_ffff : (2 | (bits & 1)) * 2 ** ((bits >>> 1) + 11);
}

function createFilter(id: number, properties: Uint8Array, fields: Fields): XzFilter {
  if (id === FILTER_DELTA && properties.length === 1) return createDeltaFilter((properties[0] ?? 0) + 1);
  if (id === FILTER_X86 && (properties.length === 0 || properties.length === 4)) {
    return createX86Filter(properties.length === 0 ? 0 : Buffer.from(properties).readUInt32LE());
  }
  throw new BytesError('unsupported', `xz filter ${id}`, { offset: fields.offset });
}

async function* decodeFilters(
  cursor: Cursor,
  { filters, dictionaryBytes }: BlockHeader,
  takeDecoder: TakeDecoder,
): AsyncGenerator<Uint8Array, void> {
  const undo = (from: number, piece: Uint8Array) =>
    filters.slice(from).reduce((bytes, filter) => filter.apply(bytes), piece);
  const takeHeld = () => Buffer.concat(filters.map((filter, i) => undo(i + 1, filter.end())));
  try {
    for await (const piece of decodeLzma2(cursor, takeDecoder(dictionaryBytes))) yield undo(0, piece);
  } catch (error) {
    yield takeHeld();
    throw error;
  }
  yield takeHeld();
}

/** The list of blocks again, behind them: it must say the same. Gives its length. */
async function checkIndex(cursor: Cursor, blocks: readonly Block[], context: DecodeContext): Promise<number> {
  const start = cursor.position;
  // Two numbers of at most nine bytes for each block.
  await cursor.ensure(16 + blocks.length * 18);
  const bytes = cursor.peek(16 + blocks.length * 18);
  const fields = new Fields(bytes, start, 1);
  if (fields.number() !== blocks.length) fields.refuse('the xz index has another number of blocks');
  const isSame = blocks.every(
    (block) => fields.number() === block.unpaddedBytes && fields.number() === block.contentBytes,
  );
  if (!isSame) fields.refuse('the xz index disagrees with the blocks');
  while ((fields.offset - start) % 4 !== 0) if (fields.byte() !== 0) fields.refuse('index padding');
  const covered = cursor.bytes(fields.offset - start, 'xz index');
  checkCrc(covered, cursor, context, 'xz index');
  return cursor.position - start;
}

function checkCrc(covered: Uint8Array, cursor: Cursor, context: DecodeContext, what: string): void {
  const offset = cursor.position;
  if (cursor.u32('CRC-32') !== crc32(covered)) context.add('wrong-checksum', offset, what);
}

function createCheck(check: number): { update(bytes: Uint8Array): void; digest(): Buffer } | undefined {
  if (check === CHECK_SHA256) {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
  }
  if (check === CHECK_CRC64) {
    const crc = createCrc64();
    return {
      update: crc.update,
      digest() {
        const digest = Buffer.alloc(8);
        digest.writeBigUInt64LE(crc.value());
        return digest;
      },
    };
  }
  if (check !== CHECK_CRC32) return undefined;
  let crc = 0;
  return {
    update(bytes) {
      crc = crc32(bytes, crc);
    },
    digest() {
      const digest = Buffer.alloc(4);
      digest.writeUInt32LE(crc);
      return digest;
    },
  };
}

/** Reads the fields of a header that is in memory as a whole. */
class Fields {
  readonly #bytes: Uint8Array;
  readonly #startOffset: number;
  #at: number;

  constructor(bytes: Uint8Array, startOffset: number, at: number) {
    this.#bytes = bytes;
    this.#startOffset = startOffset;
    this.#at = at;
  }

  get offset(): number {
    return this.#startOffset + this.#at;
  }

  byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) return this.refuse('a header ends too early');
    this.#at += 1;
    return byte;
  }

  bytes(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) this.refuse('a header ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Seven bits a byte, the lowest first, at most nine bytes. */
  number(): number {
    let value = 0;
    for (let i = 0; i < 9; i += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    return this.refuse('a number without end');
  }

  refuse(detail: string): never {
    throw new BytesError('bad-data', `xz: ${detail}`, { offset: this.offset });
  }
}
