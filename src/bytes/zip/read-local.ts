import { quote } from '#kernel';
import type { ByteSource } from '../byte-source.ts';
import { BytesError } from '../bytes-error.ts';
import { copyBytes } from '../copy-bytes.ts';
import type { FactList } from '../fact-list.ts';
import { decodeName, isEncrypted } from './read-directory.ts';
import {
  DESCRIPTOR_SIGNATURE,
  FLAG_DESCRIPTOR,
  FLAG_ENCRYPTED,
  LOCAL_BYTES,
  LOCAL_SIGNATURE,
  type LocalFields,
  parseExtra,
  parseLocal,
  widen,
} from './records.ts';
import type { ZipEntry, ZipFactCode, ZipLocal } from './zip-index.ts';

/** Room for the usual extra fields, so that most local headers take one read. */
const USUAL_EXTRA_BYTES = 128;

interface LocalHeader {
  readonly fields: LocalFields;
  readonly nameBytes: Uint8Array;
  readonly extraBytes: Uint8Array;
}

/** Reads a local header; gives nothing where there is none or it does not fit in the source. */
export async function readLocalHeader(
  source: ByteSource,
  offset: number,
  usualNameBytes: number,
): Promise<LocalHeader | undefined> {
  const left = source.sizeBytes - offset;
  if (offset < 0 || !(left >= LOCAL_BYTES)) return undefined;
  const usual = Math.min(left, LOCAL_BYTES + usualNameBytes + USUAL_EXTRA_BYTES);
  let bytes = await source.read(offset, usual);
  if (viewOf(bytes).getUint32(0, true) !== LOCAL_SIGNATURE) return undefined;
  const fields = parseLocal(bytes);
  if (fields.headerBytes > left) return undefined;
  if (fields.headerBytes > bytes.length) bytes = await source.read(offset, fields.headerBytes);
  const extraAt = LOCAL_BYTES + fields.nameLength;
  return {
    fields,
    nameBytes: copyBytes(bytes, LOCAL_BYTES, extraAt),
    extraBytes: bytes.subarray(extraAt, fields.headerBytes),
  };
}

/**
 * Reads the local header of an entry and compares it with the directory.
 *
 * @throws {BytesError} `bad-data` where there is no local header, or the content passes the end of the archive
 */
export async function compareLocal(
  source: ByteSource,
  entry: ZipEntry,
  facts: FactList<ZipFactCode>,
): Promise<ZipLocal> {
  const { headerOffset, index } = entry;
  const header = await readLocalHeader(source, headerOffset, entry.nameBytes.length);
  if (header === undefined) {
    facts.add('local-header-missing', headerOffset, quote(entry.path), index);
    throw new BytesError('bad-data', `no local header at ${headerOffset}`, { offset: headerOffset });
  }
  const dataOffset = headerOffset + header.fields.headerBytes;
  const dataEnd = dataOffset + entry.storedBytes;
  compareFields(entry, header, facts);
  if (!(dataEnd <= source.sizeBytes)) {
    facts.add('overlap', dataOffset, `${entry.storedBytes} bytes pass the end of the archive`, index);
    throw new BytesError('bad-data', `entry ends at ${dataEnd} of ${source.sizeBytes}`, {
      offset: dataOffset,
    });
  }
  const hasDescriptor = (header.fields.flags & FLAG_DESCRIPTOR) !== 0;
  const descriptorBytes = hasDescriptor ? await compareDescriptor(source, entry, dataEnd, facts) : 0;
  return { dataOffset, dataEnd, endOffset: dataEnd + descriptorBytes };
}

function compareFields(entry: ZipEntry, header: LocalHeader, facts: FactList<ZipFactCode>): void {
  const { fields } = header;
  const add = (code: ZipFactCode, detail: string) => facts.add(code, entry.headerOffset, detail, entry.index);
  if (Buffer.compare(header.nameBytes, entry.nameBytes) !== 0) {
    add(
      'name-mismatch',
      `local ${quote(decodeName(header.nameBytes, fields.flags).path)}, directory ${quote(entry.path)}`,
    );
  }
  if (isEncrypted(fields.flags, fields.method) !== isEncrypted(entry.flags, entry.method)) {
    add('encryption-mismatch', `flags ${fields.flags} local, ${entry.flags} in the directory`);
  }
  if (((fields.flags ^ entry.flags) & ~FLAG_ENCRYPTED) !== 0) {
    add('flags-mismatch', `${fields.flags} local, ${entry.flags} in the directory`);
  }
  if (fields.method !== entry.method) {
    add('method-mismatch', `${fields.method} local, ${entry.method} in the directory`);
  }
  if (fields.versionNeeded !== entry.versionNeeded) {
    add('version-mismatch', `${fields.versionNeeded} local, ${entry.versionNeeded} in the directory`);
  }
  const extra = parseExtra(header.extraBytes);
  const wide = widen(fields, extra.zip64);
  if (extra.problem !== undefined) add('extra-malformed', `local: ${extra.problem}`);
  if (wide.problem !== undefined) add('zip64-mismatch', `local: ${wide.problem}`);
  if (extra.unicodePath !== undefined && Buffer.compare(extra.unicodePath, entry.nameBytes) !== 0) {
    add('unicode-path', `local extra field names it ${quote(Buffer.from(extra.unicodePath).toString())}`);
  }
  // With a data descriptor these may be left at zero, each for itself.
  const isLater = (fields.flags & FLAG_DESCRIPTOR) !== 0;
  const differs = (local: number, central: number) => local !== central && !(isLater && local === 0);
  if (differs(fields.crc32, entry.crc32)) {
    add('crc-mismatch', `${fields.crc32} local, ${entry.crc32} in the directory`);
  }
  if (differs(wide.storedBytes, entry.storedBytes)) {
    add('size-mismatch', `${wide.storedBytes} stored local, ${entry.storedBytes} in the directory`);
  }
  if (differs(wide.sizeBytes, entry.sizeBytes)) {
    add('size-mismatch', `${wide.sizeBytes} local, ${entry.sizeBytes} in the directory`);
  }
}

/** Data descriptors come with or without a signature, with sizes of 4 or 8 bytes; nothing says which. */
async function compareDescriptor(
  source: ByteSource,
  entry: ZipEntry,
  offset: number,
  facts: FactList<ZipFactCode>,
): Promise<number> {
  const bytes = await source.read(offset, Math.min(24, source.sizeBytes - offset));
  const view = viewOf(bytes);
  const isSigned = bytes.length >= 4 && view.getUint32(0, true) === DESCRIPTOR_SIGNATURE;
  for (const start of isSigned ? [4, 0] : [0]) {
    // Of an empty entry the longer form also reads as the shorter one.
    for (const width of [8, 4]) {
      if (isDescriptorOf(entry, view, start, width)) return start + 4 + width * 2;
    }
  }
  const code = isSigned ? 'descriptor-mismatch' : 'descriptor-missing';
  facts.add(code, offset, 'no data descriptor with the CRC and sizes of the directory', entry.index);
  return isSigned ? Math.min(16, bytes.length) : 0;
}

export function isDescriptorOf(
  expected: Pick<ZipEntry, 'crc32' | 'storedBytes' | 'sizeBytes'>,
  view: DataView,
  start: number,
  width: number,
): boolean {
  if (view.byteLength < start + 4 + width * 2) return false;
  const at = start + 4;
  const take = (offset: number) =>
    width === 4 ? view.getUint32(offset, true) : Number(view.getBigUint64(offset, true));
  return (
    view.getUint32(start, true) === expected.crc32 &&
    take(at) === expected.storedBytes &&
    take(at + width) === expected.sizeBytes
  );
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
