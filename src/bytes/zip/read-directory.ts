import { quote } from '#kernel';
import type { ByteSource } from '../byte-source.ts';
import { BytesError } from '../bytes-error.ts';
import { copyBytes } from '../copy-bytes.ts';
import { Cursor } from '../cursor.ts';
import type { FactList } from '../fact-list.ts';
import type { Directory } from './find-directory.ts';
import {
  CENTRAL_BYTES,
  CENTRAL_SIGNATURE,
  type CentralFields,
  FLAG_ENCRYPTED,
  FLAG_STRONG_ENCRYPTION,
  FLAG_UTF8,
  METHOD_AES,
  parseCentral,
  parseExtra,
  widen,
} from './records.ts';
import type { ZipEntry, ZipFactCode, ZipOptions } from './zip-index.ts';

/**
 * Reads all entries between the start of a directory and the end records, also those beyond its declared size or
 * count: readers differ in which of the two they believe.
 */
export async function readDirectory(
  source: ByteSource,
  directory: Directory,
  origin: ZipEntry['origin'],
  firstIndex: number,
  options: ZipOptions,
  facts: FactList<ZipFactCode>,
): Promise<ZipEntry[]> {
  const { offset, endOffset } = directory;
  const cursor = await Cursor.over(source, offset, endOffset - offset);
  const entries: ZipEntry[] = [];
  while (cursor.remaining >= CENTRAL_BYTES) {
    options.checkDeadline?.();
    await cursor.ensure(CENTRAL_BYTES);
    const at = cursor.position;
    const head = cursor.peek(CENTRAL_BYTES);
    if (viewOf(head).getUint32(0, true) !== CENTRAL_SIGNATURE) break;
    const fields = parseCentral(head);
    const variableBytes = fields.nameLength + fields.extraLength + fields.commentLength;
    if (cursor.remaining < CENTRAL_BYTES + variableBytes) break;
    cursor.skip(CENTRAL_BYTES, 'directory entry');
    await cursor.ensure(variableBytes);
    const name = copyBytes(cursor.bytes(fields.nameLength, 'entry name'));
    const extra = cursor.bytes(fields.extraLength, 'extra field');
    cursor.skip(fields.commentLength, 'entry comment');
    if (firstIndex + entries.length >= options.maxEntries) {
      throw new BytesError('limit-exceeded', `more than ${options.maxEntries} entries`, { offset: at });
    }
    entries.push(toEntry(fields, name, extra, directory, origin, firstIndex + entries.length, at, facts));
  }
  checkDirectoryEnd(directory, entries.length, cursor, facts);
  return entries;
}

function checkDirectoryEnd(
  directory: Directory,
  count: number,
  cursor: Cursor,
  facts: FactList<ZipFactCode>,
): void {
  const { declaredEntries, declaredBytes, endOffset, offset } = directory;
  if (count !== declaredEntries) {
    facts.add('entry-count-mismatch', offset, `${declaredEntries} entries declared, ${count} found`);
  }
  const found = cursor.position - offset;
  if (found !== declaredBytes) {
    facts.add(
      'directory-bytes-unread',
      offset,
      `the directory declares ${declaredBytes} bytes, has ${found}`,
    );
  } else if (cursor.position !== endOffset) {
    const between = endOffset - cursor.position;
    facts.add('directory-bytes-unread', cursor.position, `${between} bytes between directory and end record`);
  }
}

function toEntry(
  fields: CentralFields,
  nameBytes: Uint8Array,
  extraBytes: Uint8Array,
  directory: Directory,
  origin: ZipEntry['origin'],
  index: number,
  at: number,
  facts: FactList<ZipFactCode>,
): ZipEntry {
  const extra = parseExtra(extraBytes);
  const wide = widen(fields, extra.zip64);
  if (extra.problem !== undefined) facts.add('extra-malformed', at, extra.problem, index);
  if (wide.problem !== undefined) facts.add('zip64-mismatch', at, wide.problem, index);
  if (fields.disk !== 0 && fields.disk !== 0xffff)
    facts.add('multi-disk', at, `on disk ${fields.disk}`, index);
  const name = decodeName(nameBytes, fields.flags);
  if (name.problem !== undefined) facts.add(name.problem, at, quote(name.path), index);
  checkUnicodePath(extra.unicodePath, nameBytes, at, index, facts);
  const entry = { ...fields, ...wide };
  return {
    index,
    path: name.path,
    nameBytes,
    kind: toKind(name.path, entry),
    origin,
    method: fields.method,
    flags: fields.flags,
    isEncrypted: isEncrypted(fields.flags, fields.method) || extra.isEncrypted,
    crc32: fields.crc32,
    sizeBytes: wide.sizeBytes,
    storedBytes: wide.storedBytes,
    headerOffset: wide.headerOffset + directory.shift,
    externalAttributes: fields.externalAttributes,
    versionMadeBy: fields.versionMadeBy,
    versionNeeded: fields.versionNeeded,
  };
}

export function isEncrypted(flags: number, method: number): boolean {
  return (flags & (FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION)) !== 0 || method === METHOD_AES;
}

function checkUnicodePath(
  unicodePath: Uint8Array | undefined,
  nameBytes: Uint8Array,
  at: number,
  index: number,
  facts: FactList<ZipFactCode>,
): void {
  if (unicodePath === undefined || Buffer.compare(unicodePath, nameBytes) === 0) return;
  facts.add(
    'unicode-path',
    at,
    `an extra field names it ${quote(Buffer.from(unicodePath).toString())}`,
    index,
  );
}

export interface DecodedName {
  readonly path: string;
  readonly problem: 'name-not-utf8' | 'name-encoding-unsaid' | undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Names are UTF-8 where the flag says so, and else code page 437; but most writers put UTF-8 without the flag. What
 * is no UTF-8 is decoded byte by byte, so that each name stays distinct.
 */
export function decodeName(bytes: Uint8Array, flags: number): DecodedName {
  try {
    const path = utf8.decode(bytes);
    const isAscii = path.length === bytes.length;
    return { path, problem: isAscii || (flags & FLAG_UTF8) !== 0 ? undefined : 'name-encoding-unsaid' };
  } catch {
    return { path: Buffer.from(bytes).toString('latin1'), problem: 'name-not-utf8' };
  }
}

const MADE_BY_UNIX = 3;
const MADE_BY_MACOS = 19;
const UNIX_TYPE = 0o170000;
const UNIX_LINK = 0o120000;
const UNIX_SPECIAL: ReadonlySet<number> = new Set([0o010000, 0o020000, 0o060000, 0o140000]);

function toKind(
  path: string,
  entry: Pick<ZipEntry, 'versionMadeBy' | 'externalAttributes' | 'sizeBytes'>,
): ZipEntry['kind'] {
  const system = entry.versionMadeBy >>> 8;
  if (system === MADE_BY_UNIX || system === MADE_BY_MACOS) {
    const type = (entry.externalAttributes >>> 16) & UNIX_TYPE;
    if (type === UNIX_LINK) return 'link';
    if (UNIX_SPECIAL.has(type)) return 'special';
  }
  // A name that ends in a slash but has content is not passed over.
  return path.endsWith('/') && entry.sizeBytes === 0 ? 'directory' : 'file';
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
