import { quote } from '#kernel';
import { createNameRegister, findNameProblems } from '../archive-names.ts';
import type { ByteSource } from '../byte-source.ts';
import { BytesError } from '../bytes-error.ts';
import { createFactList, type FactList } from '../fact-list.ts';
import { cachedSource } from '../sources/cached-source.ts';
import { type Directory, type EndFound, findDirectory, followOtherEnds } from './find-directory.ts';
import { isReadableMethod } from './methods.ts';
import { readDirectory } from './read-directory.ts';
import { compareLocal } from './read-local.ts';
import {
  FLAG_DESCRIPTOR,
  FLAG_ENCRYPTED,
  FLAG_STRONG_ENCRYPTION,
  FLAG_UTF8,
  LOCAL_BYTES,
  LOCAL_SIGNATURE,
} from './records.ts';
import { surveyGround } from './survey-ground.ts';
import { walkLocal } from './walk-local.ts';
import type { ZipEntry, ZipFactCode, ZipIndex, ZipLocal, ZipOptions } from './zip-index.ts';

/** Headers are small and often far apart: small blocks, brought together where they are near. */
const CACHE = {
  blockBytes: 4096,
  gapBytes: 16 * 1024,
  maxCachedBytes: 4 * 1024 * 1024,
  maxReadAheadBytes: 1 << 20,
};
/** Without a directory the whole file is searched, but not for ever. */
const MAX_SEARCH_BYTES = 64 * 1024 * 1024;
const MAX_VERSION = 63;
/** Deflate's level bits too. */
const USUAL_FLAGS = FLAG_ENCRYPTED | 0b110 | FLAG_DESCRIPTOR | FLAG_UTF8;

/**
 * Lists a zip archive as every reader could understand it. The entries of the directory that Python and miniz take
 * come first and in its order.
 *
 * @throws {BytesError} `bad-data` where there is neither an end record nor a local header at the start;
 *   `limit-exceeded` past `maxEntries`; and what the source throws
 */
export async function readZipIndex(source: ByteSource, options: ZipOptions): Promise<ZipIndex> {
  const io = cachedSource(source, CACHE);
  const facts = createFactList<ZipFactCode>('too-many-facts');
  const end = await findDirectory(io, facts);
  const [main, ...others] = end?.directories ?? [];
  const listed =
    main === undefined
      ? await listByLocalHeaders(io, options, facts)
      : await readDirectory(io, main, 'directory', 0, options, facts);
  const locals = createLocalReader(io, facts);
  const surveyed = {
    source: io,
    entries: listed,
    directoryOffset: main?.offset ?? source.sizeBytes,
    firstIndex: listed.length,
    tryLocal: locals.tryLocal,
  };
  const ground =
    main === undefined
      ? { hidden: [], unreadHeaders: 0, maxUnreadRoomBytes: 0 }
      : await surveyGround(surveyed, options, facts);
  const entries = [...listed, ...ground.hidden];
  if (end !== undefined && main !== undefined) {
    const isInside = (offset: number) => listed.some((entry) => holds(entry, offset));
    const otherEnds = end.otherEnds.filter((offset) => !isInside(offset));
    entries.push(...(await readOthers(io, main, others, otherEnds, entries, options, facts)));
  }
  checkEntries(entries, facts);
  return {
    source,
    entries,
    facts: facts.facts,
    localHeaders: ground.unreadHeaders === 0 ? 'all' : 'read-members',
    unreadHeaders: ground.unreadHeaders,
    maxUnreadRoomBytes: ground.maxUnreadRoomBytes,
    directoryOffset: main?.offset,
    comment: end?.comment ?? new Uint8Array(0),
    readLocal: locals.readLocal,
    note: (code, entry, detail) => facts.add(code, entry.headerOffset, detail, entry.index),
  };
}

function holds(entry: ZipEntry, offset: number): boolean {
  return (
    offset > entry.headerOffset &&
    offset < entry.headerOffset + LOCAL_BYTES + entry.nameBytes.length + entry.storedBytes
  );
}

/** Each local header is read and compared once, whoever asks. */
function createLocalReader(source: ByteSource, facts: FactList<ZipFactCode>) {
  const known = new Map<number, Promise<ZipLocal>>();

  function readLocal(entry: ZipEntry): Promise<ZipLocal> {
    const before = known.get(entry.index);
    if (before !== undefined) return before;
    const local = compareLocal(source, entry, facts);
    known.set(entry.index, local);
    return local;
  }

  async function tryLocal(entry: ZipEntry): Promise<ZipLocal | undefined> {
    try {
      return await readLocal(entry);
    } catch (error) {
      if (error instanceof BytesError && error.code === 'bad-data') return undefined;
      throw error;
    }
  }

  return { readLocal, tryLocal };
}

async function listByLocalHeaders(
  source: ByteSource,
  options: ZipOptions,
  facts: FactList<ZipFactCode>,
): Promise<readonly ZipEntry[]> {
  const head = Buffer.from(await source.read(0, Math.min(4, source.sizeBytes)));
  if (head.length < 4 || head.readUInt32LE() !== LOCAL_SIGNATURE) {
    throw new BytesError('bad-data', 'no zip directory, and no local header at the start', { offset: 0 });
  }
  facts.add('directory-missing', 0, 'entries are listed from local headers alone');
  const walk = await walkLocal(source, 0, source.sizeBytes, MAX_SEARCH_BYTES, 0, options);
  if (!walk.isFinished)
    facts.add('gap-not-searched', 0, `the search stopped after ${walk.searchedBytes} bytes`);
  return walk.entries;
}

/** Entries of other directories that the main one does not have. */
async function readOthers(
  source: ByteSource,
  main: Directory,
  others: readonly Directory[],
  otherEnds: EndFound['otherEnds'],
  known: readonly ZipEntry[],
  options: ZipOptions,
  facts: FactList<ZipFactCode>,
): Promise<ZipEntry[]> {
  for (const offset of otherEnds) facts.add('several-end-records', offset, 'another end record');
  const seen = new Set(known.map(identify));
  const found: ZipEntry[] = [];
  const silent: FactList<ZipFactCode> = { facts: [], add() {} };
  for (const directory of [...others, ...(await followOtherEnds(source, otherEnds))]) {
    if (directory.offset === main.offset && directory.shift === main.shift) continue;
    const firstIndex = known.length + found.length;
    for (const entry of await readDirectory(
      source,
      directory,
      'other-directory',
      firstIndex,
      options,
      silent,
    )) {
      if (seen.has(identify(entry))) continue;
      seen.add(identify(entry));
      found.push({ ...entry, index: known.length + found.length });
    }
  }
  return found;
}

function identify(entry: ZipEntry): string {
  return `${entry.headerOffset} ${entry.method} ${entry.storedBytes} ${entry.sizeBytes} ${entry.path}`;
}

function checkEntries(entries: readonly ZipEntry[], facts: FactList<ZipFactCode>): void {
  const names = createNameRegister();
  for (const entry of entries) {
    const add = (code: ZipFactCode, detail: string) =>
      facts.add(code, entry.headerOffset, detail, entry.index);
    for (const problem of findNameProblems(entry.path)) add(problem, quote(entry.path));
    const clash = names.enter(entry.path, entry.path.endsWith('/'));
    if (clash !== undefined) add(clash.code, clash.detail);
    if (entry.isEncrypted) add('encrypted', quote(entry.path));
    if (!isReadableMethod(entry.method)) add('unknown-method', `method ${entry.method}`);
    const oddFlags = entry.flags & ~USUAL_FLAGS & ~FLAG_STRONG_ENCRYPTION;
    if (oddFlags !== 0) add('unusual-flags', `flags ${entry.flags}`);
    if ((entry.versionNeeded & 0xff) > MAX_VERSION)
      add('unusual-version', `version ${entry.versionNeeded} needed`);
    if (entry.kind === 'link') add('link', quote(entry.path));
    if (entry.kind === 'special') add('special-file', quote(entry.path));
    if (entry.kind === 'file' && entry.path.endsWith('/')) add('directory-with-content', quote(entry.path));
  }
}
