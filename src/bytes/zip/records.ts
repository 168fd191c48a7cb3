/**
 * The records of a zip file as they stand in its bytes.
 *
 * @see PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.5
 */

export const LOCAL_SIGNATURE = 0x04034b50;
export const CENTRAL_SIGNATURE = 0x02014b50;
export const DESCRIPTOR_SIGNATURE = 0x08074b50;
export const END_SIGNATURE = 0x06054b50;
export const END64_SIGNATURE = 0x06064b50;
export const LOCATOR64_SIGNATURE = 0x07064b50;

export const LOCAL_BYTES = 30;
export const CENTRAL_BYTES = 46;
export const END_BYTES = 22;
export const END64_BYTES = 56;
export const LOCATOR64_BYTES = 20;

const FULL_16 = 0xffff;
const FULL_32 = 0xffffffff;

export const FLAG_ENCRYPTED = 1 << 0;
export const FLAG_DESCRIPTOR = 1 << 3;
export const FLAG_STRONG_ENCRYPTION = 1 << 6;
export const FLAG_UTF8 = 1 << 11;

export const METHOD_STORED = 0;
export const METHOD_LZMA = 14;
export const METHOD_AES = 99;

export interface EndRecord {
  readonly disk: number;
  readonly directoryDisk: number;
  readonly diskEntries: number;
  readonly entries: number;
  readonly directoryBytes: number;
  readonly directoryOffset: number;
  readonly commentBytes: number; // 0 in the zip64 record
  readonly recordBytes: number; // 56 or more in the zip64 record, 22 else
}

export function parseEnd(bytes: Uint8Array): EndRecord {
  const view = viewOf(bytes);
  return {
    disk: view.getUint16(4, true),
    directoryDisk: view.getUint16(6, true),
    diskEntries: view.getUint16(8, true),
    entries: view.getUint16(10, true),
    directoryBytes: view.getUint32(12, true),
    directoryOffset: view.getUint32(16, true),
    commentBytes: view.getUint16(20, true),
    recordBytes: END_BYTES,
  };
}

/** Numbers past 2^53 become inexact, which is harmless: they are past the end of any file. */
export function parseEnd64(bytes: Uint8Array): EndRecord {
  const view = viewOf(bytes);
  return {
    recordBytes: Number(view.getBigUint64(4, true)) + 12,
    disk: view.getUint32(16, true),
    directoryDisk: view.getUint32(20, true),
    diskEntries: Number(view.getBigUint64(24, true)),
    entries: Number(view.getBigUint64(32, true)),
    directoryBytes: Number(view.getBigUint64(40, true)),
    directoryOffset: Number(view.getBigUint64(48, true)),
    commentBytes: 0,
  };
}

/** Fields of the plain record that say something, i.e. do not point to the zip64 one, and say something else. */
export function contradicts(plain: EndRecord, wide: EndRecord): boolean {
  return (
    (plain.entries !== FULL_16 && plain.entries !== wide.entries) ||
    (plain.directoryBytes !== FULL_32 && plain.directoryBytes !== wide.directoryBytes) ||
    (plain.directoryOffset !== FULL_32 && plain.directoryOffset !== wide.directoryOffset)
  );
}

export function needsEnd64(plain: EndRecord): boolean {
  return plain.directoryBytes === FULL_32 || plain.directoryOffset === FULL_32;
}

interface HeaderFields {
  readonly versionNeeded: number;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly storedBytes: number;
  readonly sizeBytes: number;
  readonly nameLength: number;
  readonly extraLength: number;
}

export interface LocalFields extends HeaderFields {
  readonly headerBytes: number; // with name and extra
}

export interface CentralFields extends HeaderFields {
  readonly versionMadeBy: number;
  readonly commentLength: number;
  readonly disk: number;
  readonly externalAttributes: number;
  readonly headerOffset: number;
}

export function parseLocal(bytes: Uint8Array): LocalFields {
  const fields = parseFields(viewOf(bytes), 4);
  return { ...fields, headerBytes: LOCAL_BYTES + fields.nameLength + fields.extraLength };
}

export function parseCentral(bytes: Uint8Array): CentralFields {
  const view = viewOf(bytes);
  return {
    ...parseFields(view, 6),
    versionMadeBy: view.getUint16(4, true),
    commentLength: view.getUint16(32, true),
    disk: view.getUint16(34, true),
    externalAttributes: view.getUint32(38, true),
    headerOffset: view.getUint32(42, true),
  };
}

function parseFields(view: DataView, at: number): HeaderFields {
  return {
    versionNeeded: view.getUint16(at, true),
    flags: view.getUint16(at + 2, true),
    method: view.getUint16(at + 4, true),
    crc32: view.getUint32(at + 10, true),
    storedBytes: view.getUint32(at + 14, true),
    sizeBytes: view.getUint32(at + 18, true),
    nameLength: view.getUint16(at + 22, true),
    extraLength: view.getUint16(at + 24, true),
  };
}

const EXTRA_ZIP64 = 0x0001;
const EXTRA_STRONG_ENCRYPTION = 0x0017;
const EXTRA_UNICODE_PATH = 0x7075;
const EXTRA_AES = 0x9901;

export interface Extra {
  readonly zip64: DataView | undefined;
  readonly unicodePath: Uint8Array | undefined;
  readonly isEncrypted: boolean;
  readonly problem: string | undefined;
}

/** Reads the extra fields that change what an entry is; the others (times, owners, alignment) change nothing. */
export function parseExtra(bytes: Uint8Array): Extra {
  let zip64: DataView | undefined;
  let unicodePath: Uint8Array | undefined;
  let isEncrypted = false;
  let problem: string | undefined;
  const view = viewOf(bytes);
  let at = 0;
  while (at + 4 <= bytes.length) {
    const id = view.getUint16(at, true);
    const length = view.getUint16(at + 2, true);
    const end = at + 4 + length;
    if (end > bytes.length) {
      problem = `field ${id} has ${length} bytes, ${bytes.length - at - 4} are left`;
      break;
    }
    if (id === EXTRA_ZIP64) {
      if (zip64 !== undefined) problem = 'two zip64 fields';
      else zip64 = new DataView(bytes.buffer, bytes.byteOffset + at + 4, length);
    }
    // Version 1 and the CRC of the name it replaces come before the name.
    if (id === EXTRA_UNICODE_PATH && length > 5) unicodePath = bytes.subarray(at + 9, end);
    if (id === EXTRA_STRONG_ENCRYPTION || id === EXTRA_AES) isEncrypted = true;
    at = end;
  }
  // Fewer than four zero bytes at the end are the padding of alignment tools.
  if (problem === undefined && bytes.subarray(at).some((byte) => byte !== 0)) {
    problem = `${bytes.length - at} bytes after the last field`;
  }
  return { zip64, unicodePath, isEncrypted, problem };
}

export interface WideSizes {
  readonly sizeBytes: number;
  readonly storedBytes: number;
  readonly headerOffset: number;
  readonly problem: string | undefined;
}

/** Replaces fields that are full by those of the zip64 extra field, in their fixed order. */
export function widen(
  fields: { readonly sizeBytes: number; readonly storedBytes: number; readonly headerOffset?: number },
  zip64: DataView | undefined,
): WideSizes {
  let at = 0;
  let problem: string | undefined;
  const take = (plain: number): number => {
    if (plain !== FULL_32) return plain;
    if (zip64 === undefined || at + 8 > zip64.byteLength) {
      problem = zip64 === undefined ? 'no zip64 field' : `zip64 field has ${zip64.byteLength} bytes`;
      return plain;
    }
    at += 8;
    return Number(zip64.getBigUint64(at - 8, true));
  };
  const sizeBytes = take(fields.sizeBytes);
  const storedBytes = take(fields.storedBytes);
  const headerOffset = take(fields.headerOffset ?? 0);
  return { sizeBytes, storedBytes, headerOffset, problem };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
