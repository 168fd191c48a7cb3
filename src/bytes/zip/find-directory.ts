import type { ByteSource } from '../byte-source.ts';
import { copyBytes } from '../copy-bytes.ts';
import type { FactList } from '../fact-list.ts';
import {
  CENTRAL_SIGNATURE,
  contradicts,
  END_BYTES,
  END_SIGNATURE,
  END64_BYTES,
  END64_SIGNATURE,
  type EndRecord,
  LOCATOR64_BYTES,
  LOCATOR64_SIGNATURE,
  needsEnd64,
  parseEnd,
  parseEnd64,
} from './records.ts';
import type { ZipFactCode } from './zip-index.ts';

const MAX_COMMENT_BYTES = 0xffff;
/** Readers that search at all search this far. */
const TAIL_BYTES = MAX_COMMENT_BYTES + END_BYTES;
/** More end records than this are not followed, only counted. */
const MAX_CANDIDATES = 4;

/** A central directory that some reader would take. */
export interface Directory {
  readonly offset: number;
  readonly endOffset: number; // where the end records begin
  readonly declaredBytes: number;
  readonly declaredEntries: number;
  readonly shift: number; // what is added to the offsets in its entries
}

export interface EndFound {
  readonly offset: number; // of the end record
  readonly comment: Uint8Array;
  /** The one that Python and miniz take first; then those that others would take. */
  readonly directories: readonly Directory[];
  /** Offsets of other end records in the tail; those inside an entry belong to an archive in it. */
  readonly otherEnds: readonly number[];
}

/**
 * Finds the end record as Python's zipfile and miniz do: the last signature in the last 64 KiB and 22 bytes. Gives
 * nothing when there is none.
 */
export async function findDirectory(
  source: ByteSource,
  facts: FactList<ZipFactCode>,
): Promise<EndFound | undefined> {
  const tailOffset = Math.max(0, source.sizeBytes - TAIL_BYTES);
  const tail = await source.read(tailOffset, source.sizeBytes - tailOffset);
  const ends = findEnds(tail).map((at) => tailOffset + at);
  const offset = ends.pop();
  if (offset === undefined) return undefined;
  const at = offset - tailOffset;
  const record = parseEnd(tail.subarray(at, at + END_BYTES));
  const comment = copyBytes(tail, at + END_BYTES, at + END_BYTES + record.commentBytes);
  const after = source.sizeBytes - offset - END_BYTES - record.commentBytes;
  if (after > 0) facts.add('trailing-bytes', source.sizeBytes - after, `${after} bytes after the end record`);
  if (after < 0) facts.add('comment-truncated', offset, `the comment should have ${-after} bytes more`);
  const directories = await followEnd(source, offset, record, facts);
  return { offset, comment, directories, otherEnds: ends };
}

/** The directories that another end record leads to; what is odd about it is not said again. */
export async function followOtherEnds(
  source: ByteSource,
  ends: readonly number[],
): Promise<readonly Directory[]> {
  const silent: FactList<ZipFactCode> = { facts: [], add() {} };
  const directories: Directory[] = [];
  for (const offset of ends.slice(-MAX_CANDIDATES)) {
    const record = parseEnd(await source.read(offset, END_BYTES));
    directories.push(...(await followEnd(source, offset, record, silent)));
  }
  return directories;
}

function findEnds(tail: Uint8Array): number[] {
  const found: number[] = [];
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (
    let at = tail.indexOf(0x50);
    at >= 0 && at + END_BYTES <= tail.length;
    at = tail.indexOf(0x50, at + 1)
  ) {
    if (view.getUint32(at, true) === END_SIGNATURE) found.push(at);
  }
  return found;
}

interface PlacedRecord {
  readonly record: EndRecord;
  readonly offset: number;
}

async function followEnd(
  source: ByteSource,
  endOffset: number,
  plain: EndRecord,
  facts: FactList<ZipFactCode>,
): Promise<readonly Directory[]> {
  const records = await findEnd64(source, endOffset, facts);
  if (records.length === 0 && needsEnd64(plain)) {
    facts.add('zip64-mismatch', endOffset, 'the end record points to a zip64 one that is not there');
  }
  const isContradicted = records.some((wide) => contradicts(plain, wide.record));
  if (isContradicted) {
    facts.add('zip64-mismatch', endOffset, 'the end record and the zip64 one contradict each other');
  }
  const directoryEnd = records[0]?.offset ?? endOffset;
  if (isContradicted || records.length === 0) records.push({ record: plain, offset: directoryEnd });
  const directories: Directory[] = [];
  for (const { record, offset } of records) {
    const isSplit = record.disk !== record.directoryDisk || record.entries !== record.diskEntries;
    if (isSplit || (record.disk !== 0 && record.disk !== 0xffff)) {
      facts.add('multi-disk', offset, `disk ${record.disk}, directory on disk ${record.directoryDisk}`);
    }
    directories.push(...(await locate(source, offset, record, facts)));
  }
  return directories;
}

/** The zip64 end record where Python takes it, right before its locator, and where the locator points. */
async function findEnd64(
  source: ByteSource,
  endOffset: number,
  facts: FactList<ZipFactCode>,
): Promise<PlacedRecord[]> {
  const locatorOffset = endOffset - LOCATOR64_BYTES;
  if (locatorOffset < 0) return [];
  const locator = viewOf(await source.read(locatorOffset, LOCATOR64_BYTES));
  if (locator.getUint32(0, true) !== LOCATOR64_SIGNATURE) return [];
  const pointed = Number(locator.getBigUint64(8, true));
  const usual = locatorOffset - END64_BYTES;
  if (pointed !== usual) {
    facts.add(
      'zip64-mismatch',
      locatorOffset,
      `the locator points to ${pointed}, the usual place is ${usual}`,
    );
  }
  const found: PlacedRecord[] = [];
  for (const offset of new Set([usual, pointed])) {
    const record = await readEnd64(source, offset);
    if (record !== undefined) found.push({ record, offset });
  }
  if (found.length === 0) facts.add('zip64-mismatch', locatorOffset, 'a zip64 locator without its record');
  return found;
}

async function readEnd64(source: ByteSource, offset: number): Promise<EndRecord | undefined> {
  if (offset < 0 || !(offset + END64_BYTES <= source.sizeBytes)) return undefined;
  const bytes = await source.read(offset, END64_BYTES);
  return viewOf(bytes).getUint32(0, true) === END64_SIGNATURE ? parseEnd64(bytes) : undefined;
}

/**
 * Python finds the directory by its size, right before the end records, and takes the difference to its declared
 * offset as the length of a prefix; others go to the declared offset. Both are given when both hold entries.
 */
async function locate(
  source: ByteSource,
  endOffset: number,
  record: EndRecord,
  facts: FactList<ZipFactCode>,
): Promise<readonly Directory[]> {
  const base = { endOffset, declaredBytes: record.directoryBytes, declaredEntries: record.entries };
  const before = endOffset - record.directoryBytes;
  const shift = before - record.directoryOffset;
  // An offset past the directory is no prefix: those of the entries may be right for all that.
  const byPlace: Directory = { ...base, offset: before, shift: Math.max(0, shift) };
  const byOffset: Directory = { ...base, offset: record.directoryOffset, shift: 0 };
  const isEmpty = record.directoryBytes === 0 && record.entries === 0;
  const hasPlace = before >= 0 && (isEmpty || (await startsEntry(source, before)));
  if (shift === 0) {
    if (hasPlace) return [byPlace];
    facts.add('directory-offset-wrong', endOffset, `no directory at ${record.directoryOffset}`);
    return [];
  }
  const hasOffset = await startsEntry(source, record.directoryOffset);
  if (!hasPlace || shift < 0) {
    facts.add(
      'directory-offset-wrong',
      endOffset,
      `declared at ${record.directoryOffset}, by its size at ${before}`,
    );
  }
  if (hasPlace && hasOffset) {
    facts.add('two-directories', endOffset, `one at ${before} and one at ${record.directoryOffset}`);
    return [byPlace, byOffset];
  }
  if (hasPlace) return [byPlace];
  return hasOffset ? [byOffset] : [];
}

async function startsEntry(source: ByteSource, offset: number): Promise<boolean> {
  if (offset < 0 || offset + 4 > source.sizeBytes) return false;
  return viewOf(await source.read(offset, 4)).getUint32(0, true) === CENTRAL_SIGNATURE;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
