import { posix } from 'node:path';
import { quote } from '#kernel';
import { createNameRegister, findNameProblems } from '../archive-names.ts';
import type { ByteSource } from '../byte-source.ts';
import { BytesError } from '../bytes-error.ts';
import { createFactList, type FactList } from '../fact-list.ts';
import { cachedSource } from '../sources/cached-source.ts';
import {
  BLOCK_BYTES,
  isZeroBlock,
  parseTarHeader,
  SPARSE_EXTENSION_FLAG_AT,
  type TarHeader,
} from './header.ts';
import { parsePax } from './pax.ts';
import type { TarEntry, TarFactCode, TarIndex, TarOptions } from './tar-index.ts';

/** Headers lie between bodies of any size: small blocks, and ahead only where bodies are small. */
const CACHE = {
  blockBytes: 4096,
  gapBytes: 8192,
  maxCachedBytes: 2 * 1024 * 1024,
  maxReadAheadBytes: 256 * 1024,
};
/** Long names and pax headers of honest archives have a few hundred bytes. */
const MAX_EXTENSION_BYTES = 1024 * 1024;
/** Zeros, or blocks that are no headers, are passed over up to here, in all. */
const MAX_SKIPPED_BYTES = 64 * 1024 * 1024;
/** Archives are filled up with zeros to 10 KiB, some to more. */
const FIRST_ZEROS_BYTES = 16 * 1024;
const ZEROS_BYTES = 1024 * 1024;
const ZEROS = Buffer.alloc(ZEROS_BYTES);
const MAX_SPARSE_BLOCKS = 10_000;

const KINDS: Readonly<Record<string, TarEntry['kind']>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'hard-link',
  '2': 'symbolic-link',
  '3': 'device',
  '4': 'device',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
  S: 'file',
  D: 'directory', // GNU: a folder with the list of its files as body
};

/** Of these no body follows, whatever the size says. */
const EMPTY_TYPES = '123456';

interface Extensions {
  longName?: Uint8Array;
  longLink?: Uint8Array;
  pax?: ReadonlyMap<string, string>;
  offset: number;
}

/**
 * Lists a tar archive by reading its headers and passing over the bodies: v7, ustar, pax and GNU. Where readers
 * differ in when to stop, it goes on, and says so.
 *
 * @throws {BytesError} `bad-data` when the first block is no header; `limit-exceeded`; what the source throws
 */
export async function readTarIndex(source: ByteSource, options: TarOptions): Promise<TarIndex> {
  const io = cachedSource(source, CACHE);
  const walk = new TarWalk(io, options);
  await walk.run();
  checkNames(walk.entries, walk.facts);
  return { source, entries: walk.entries, facts: walk.facts.facts, endOffset: walk.endOffset };
}

class TarWalk {
  readonly entries: TarEntry[] = [];
  readonly facts: FactList<TarFactCode> = createFactList<TarFactCode>('too-many-facts');
  endOffset = 0;
  readonly #source: ByteSource;
  readonly #options: TarOptions;
  #at = 0;
  #zeroBlocks = 0;
  #isAfterEnd = false;
  #isLost = false; // between a broken header and the next good one
  #skippedBytes = 0;
  #globals: ReadonlyMap<string, string> = new Map();
  #extensions: Extensions | undefined;

  constructor(source: ByteSource, options: TarOptions) {
    this.#source = source;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { sizeBytes } = this.#source;
    while (this.#at + BLOCK_BYTES <= sizeBytes && this.#skippedBytes <= MAX_SKIPPED_BYTES) {
      this.#options.checkDeadline?.();
      const block = await this.#source.read(this.#at, BLOCK_BYTES);
      if (isZeroBlock(block)) await this.#passZeros();
      else await this.#readHeader(block);
    }
    if (this.#at + BLOCK_BYTES <= sizeBytes) {
      this.facts.add('trailing-not-read', this.#at, `${sizeBytes - this.#at} bytes were not looked at`);
    } else if (this.#at < sizeBytes) {
      this.facts.add('trailing-data', this.#at, `${sizeBytes - this.#at} bytes are no block`);
    }
    if (!this.#isAfterEnd) this.facts.add('no-end-marker', this.endOffset, 'no two zero blocks at the end');
    this.#dropExtensions();
  }

  async #passZeros(): Promise<void> {
    this.#dropExtensions();
    const piece = this.#isAfterEnd ? ZEROS_BYTES : FIRST_ZEROS_BYTES;
    const length = Math.min(piece, this.#source.sizeBytes - this.#at);
    const bytes = await this.#source.read(this.#at, length);
    const found =
      ZEROS.compare(bytes, 0, length, 0, length) === 0 ? -1 : bytes.findIndex((byte) => byte !== 0);
    const blocks = Math.floor((found < 0 ? length : found) / BLOCK_BYTES);
    this.#zeroBlocks += blocks;
    this.#skippedBytes += blocks * BLOCK_BYTES;
    this.#at += blocks * BLOCK_BYTES;
    if (this.#zeroBlocks >= 2) this.#isAfterEnd = true;
  }

  async #readHeader(block: Uint8Array): Promise<void> {
    const header = parseTarHeader(block);
    if (this.#at === 0 && header === undefined)
      throw new BytesError('bad-data', 'no tar header', { offset: 0 });
    if (!this.#isLost) {
      if (this.#isAfterEnd) this.facts.add('trailing-data', this.#at, 'not zero behind the end marker');
      else if (this.#zeroBlocks === 1)
        this.facts.add('single-zero-block', this.#at - BLOCK_BYTES, 'then more');
      if (header === undefined) this.facts.add('bad-checksum', this.#at, 'no header with a right checksum');
    }
    if (header === undefined) {
      this.#isLost = true;
      this.#skippedBytes += BLOCK_BYTES;
      this.#at += BLOCK_BYTES;
      return;
    }
    this.#isLost = false;
    if (!this.#isAfterEnd) this.#zeroBlocks = 0;
    if (header.malformed !== undefined) this.facts.add('number-malformed', this.#at, header.malformed);
    if ('LKxgX'.includes(header.typeFlag)) await this.#readExtension(header);
    else await this.#readMember(header);
  }

  async #readExtension(header: TarHeader): Promise<void> {
    const offset = this.#at + BLOCK_BYTES;
    const left = this.#source.sizeBytes - offset;
    if (header.sizeBytes > MAX_EXTENSION_BYTES) {
      this.facts.add('extension-too-long', this.#at, `${header.sizeBytes} bytes`);
    } else if (header.sizeBytes <= left) {
      const body = await this.#source.read(offset, header.sizeBytes);
      const extensions: Extensions = this.#extensions ?? { offset: this.#at };
      if (header.typeFlag === 'L') extensions.longName = untilNul(body);
      else if (header.typeFlag === 'K') extensions.longLink = untilNul(body);
      else if (header.typeFlag === 'g') this.#setGlobals(parsePax(body, offset, this.facts));
      else extensions.pax = parsePax(body, offset, this.facts);
      if (header.typeFlag !== 'g') this.#extensions = extensions;
    }
    await this.#passBody(offset, header.sizeBytes);
  }

  #setGlobals(records: ReadonlyMap<string, string>): void {
    this.#globals = new Map([...this.#globals, ...records]);
    for (const key of ['path', 'linkpath', 'size', 'GNU.sparse.name']) {
      if (records.has(key)) this.facts.add('pax-global', this.#at, `sets ${key} for what follows`);
    }
  }

  async #readMember(header: TarHeader): Promise<void> {
    const headerOffset = this.#at;
    if (this.entries.length >= this.#options.maxEntries) {
      const detail = `more than ${this.#options.maxEntries} entries`;
      throw new BytesError('limit-exceeded', detail, { offset: headerOffset });
    }
    const extensions = this.#extensions;
    this.#extensions = undefined;
    const pax = new Map([...this.#globals, ...(extensions?.pax ?? [])]);
    const index = this.entries.length;
    const path = this.#nameOf(header, extensions, pax, index);
    const sizeBytes = this.#sizeOf(header, pax, index);
    const isOldFolder = header.typeFlag === '\0' && path.endsWith('/');
    const kind = isOldFolder ? 'directory' : (KINDS[header.typeFlag] ?? 'unknown');
    const isSparse = header.typeFlag === 'S' || [...pax.keys()].some((key) => key.startsWith('GNU.sparse.'));
    const dataOffset = headerOffset + BLOCK_BYTES * (1 + (await this.#countSparseBlocks(header)));
    const hasBody = !isOldFolder && !EMPTY_TYPES.includes(header.typeFlag);
    const link = pax.get('linkpath') ?? decode(extensions?.longLink ?? header.linkBytes).text;
    this.entries.push({
      index,
      path,
      kind,
      typeFlag: header.typeFlag === '\0' ? '0' : header.typeFlag,
      sizeBytes: hasBody ? sizeBytes : 0,
      linkTarget: kind === 'hard-link' || kind === 'symbolic-link' ? link : undefined,
      mode: header.mode,
      isSparse,
      isAfterEnd: this.#isAfterEnd,
      headerOffset,
      dataOffset,
    });
    if (isSparse) this.facts.add('sparse', headerOffset, quote(path), index);
    if (kind === 'unknown') this.facts.add('unknown-type', headerOffset, quote(header.typeFlag), index);
    if (!hasBody && sizeBytes > 0) {
      this.facts.add('body-of-empty-kind', headerOffset, `${kind} with ${sizeBytes} bytes`, index);
    }
    await this.#passBody(dataOffset, hasBody ? sizeBytes : 0);
    this.endOffset = this.#at;
  }

  #nameOf(
    header: TarHeader,
    extensions: Extensions | undefined,
    pax: ReadonlyMap<string, string>,
    index: number,
  ): string {
    const own = decode(header.nameBytes);
    const long = extensions?.longName === undefined ? undefined : decode(extensions.longName);
    const sparseName = pax.get('GNU.sparse.name');
    const paxName = sparseName ?? pax.get('path');
    const path = paxName ?? long?.text ?? own.text;
    const isUtf8 = paxName !== undefined || (long ?? own).isUtf8;
    if (!isUtf8) this.facts.add('name-not-utf8', this.#at, quote(path), index);
    // A writer gives a second name only where the first has no room for it.
    const fits = /^[\x20-\x7e]*$/.test(path) && path.length < 100 && header.hasNameRoom;
    const differs = stripSlash(own.text) !== stripSlash(path) && sparseName === undefined;
    const bothExtend = long !== undefined && paxName !== undefined && long.text !== paxName;
    if ((differs && fits) || bothExtend) {
      this.facts.add('name-disagreement', this.#at, `${quote(own.text)} and ${quote(path)}`, index);
    }
    return path;
  }

  #sizeOf(header: TarHeader, pax: ReadonlyMap<string, string>, index: number): number {
    const text = pax.get('size');
    if (text === undefined || text === '') return header.sizeBytes;
    const size = /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
    if (size === undefined) {
      this.facts.add('number-malformed', this.#at, `pax size ${quote(text)}`, index);
      return header.sizeBytes;
    }
    const hasRoom = size < 8 ** 11;
    if (size !== header.sizeBytes && (hasRoom || header.sizeBytes !== 0)) {
      const detail = `${header.sizeBytes} in the header, ${size} in pax`;
      this.facts.add('size-disagreement', this.#at, detail, index);
    }
    return size;
  }

  /** The old GNU sparse map goes on in blocks of its own between header and body. */
  async #countSparseBlocks(header: TarHeader): Promise<number> {
    if (!header.isSparseExtended) return 0;
    for (let blocks = 1; blocks <= MAX_SPARSE_BLOCKS; blocks += 1) {
      const offset = this.#at + blocks * BLOCK_BYTES;
      if (offset + BLOCK_BYTES > this.#source.sizeBytes) return blocks;
      const block = await this.#source.read(offset, BLOCK_BYTES);
      if (block[SPARSE_EXTENSION_FLAG_AT] === 0) return blocks;
    }
    throw new BytesError('limit-exceeded', 'the map of a sparse member has no end', { offset: this.#at });
  }

  async #passBody(dataOffset: number, sizeBytes: number): Promise<void> {
    const end = dataOffset + sizeBytes;
    const next = dataOffset + Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
    if (!(end <= this.#source.sizeBytes)) {
      const missing = end - this.#source.sizeBytes;
      this.facts.add('truncated', this.#at, `the member misses ${missing} bytes`);
      this.#at = this.#source.sizeBytes;
      return;
    }
    const paddingEnd = Math.min(next, this.#source.sizeBytes);
    if (paddingEnd > end) {
      const padding = await this.#source.read(end, paddingEnd - end);
      if (padding.some((byte) => byte !== 0)) {
        this.facts.add('padding-not-zero', end, `${padding.length} bytes of padding`);
      }
    }
    this.#at = next;
  }

  #dropExtensions(): void {
    if (this.#extensions === undefined) return;
    this.facts.add('extension-without-member', this.#extensions.offset, 'a long name or pax header');
    this.#extensions = undefined;
  }
}

function checkNames(entries: readonly TarEntry[], facts: FactList<TarFactCode>): void {
  const names = createNameRegister();
  for (const { path, kind, linkTarget, headerOffset, index } of entries) {
    const add = (code: TarFactCode, detail: string) => facts.add(code, headerOffset, detail, index);
    for (const problem of findNameProblems(path)) add(problem, quote(path));
    const clash = names.enter(path, kind === 'directory');
    if (clash !== undefined) add(clash.code, clash.detail);
    if (kind === 'device' || kind === 'fifo') add('device', quote(path));
    if (linkTarget === undefined) continue;
    add('link', `${quote(path)} to ${quote(linkTarget)}`);
    // A hard link names a member; a symbolic one is seen from its own folder.
    const from = kind === 'symbolic-link' ? posix.dirname(path) : '.';
    const target = linkTarget.replaceAll('\\', '/');
    const resolved = posix.join(from, target);
    const isOutside = resolved === '..' || resolved.startsWith('../');
    if (isOutside || target.startsWith('/') || /^[A-Za-z]:/.test(target)) {
      add('link-escapes', `${quote(path)} to ${quote(linkTarget)}`);
    }
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): { readonly text: string; readonly isUtf8: boolean } {
  try {
    return { text: utf8.decode(bytes), isUtf8: true };
  } catch {
    return { text: Buffer.from(bytes).toString('latin1'), isUtf8: false };
  }
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

function stripSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}
