import type { ByteSource } from '../byte-source.ts';
import { BytesError } from '../bytes-error.ts';
import { decodeName, isEncrypted } from './read-directory.ts';
import { isDescriptorOf, readLocalHeader } from './read-local.ts';
import {
  DESCRIPTOR_SIGNATURE,
  FLAG_DESCRIPTOR,
  LOCAL_SIGNATURE,
  type LocalFields,
  parseExtra,
  widen,
} from './records.ts';
import type { ZipEntry, ZipOptions } from './zip-index.ts';

const WINDOW_BYTES = 256 * 1024;
/** A version above this, or a longer name, is chance: four bytes that look like a signature. */
const MAX_VERSION = 63;
const MAX_NAME_BYTES = 4096;

export interface LocalWalk {
  readonly entries: readonly ZipEntry[];
  readonly searchedBytes: number;
  readonly isFinished: boolean; // else `maxSearchBytes` were searched before the end
}

/**
 * Finds local headers from `start` on as a reader does that never looks at the directory: from header to header
 * where the sizes are known, else by searching for the next signature.
 */
export async function walkLocal(
  source: ByteSource,
  start: number,
  end: number,
  maxSearchBytes: number,
  firstIndex: number,
  options: ZipOptions,
): Promise<LocalWalk> {
  const entries: ZipEntry[] = [];
  let searchedBytes = 0;
  let at = start;
  while (at < end && searchedBytes < maxSearchBytes) {
    options.checkDeadline?.();
    const windowEnd = Math.min(end, at + maxSearchBytes - searchedBytes);
    const found = await findSignature(source, at, windowEnd, LOCAL_SIGNATURE, options);
    searchedBytes += (found ?? windowEnd) - at;
    if (found === undefined) {
      at = windowEnd;
      continue;
    }
    const header = await readLocalHeader(source, found, 64);
    if (header === undefined || !isPlausible(header.fields)) {
      at = found + 4;
      continue;
    }
    if (firstIndex + entries.length >= options.maxEntries) {
      throw new BytesError('limit-exceeded', `more than ${options.maxEntries} entries`, { offset: found });
    }
    const dataOffset = found + header.fields.headerBytes;
    const extra = parseExtra(header.extraBytes);
    const wide = widen(header.fields, extra.zip64);
    const isLater = (header.fields.flags & FLAG_DESCRIPTOR) !== 0 && wide.storedBytes === 0;
    const sizes = isLater
      ? await findDescriptor(
          source,
          dataOffset,
          Math.min(end, dataOffset + maxSearchBytes - searchedBytes),
          options,
        )
      : {
          crc32: header.fields.crc32,
          storedBytes: wide.storedBytes,
          sizeBytes: wide.sizeBytes,
          descriptorBytes: 0,
        };
    searchedBytes += isLater ? (sizes?.storedBytes ?? 0) : 0;
    const storedBytes = Math.min(sizes?.storedBytes ?? source.sizeBytes, Math.max(0, end - dataOffset));
    entries.push({
      index: firstIndex + entries.length,
      path: decodeName(header.nameBytes, header.fields.flags).path,
      nameBytes: header.nameBytes,
      kind: 'file',
      origin: 'local',
      method: header.fields.method,
      flags: header.fields.flags,
      isEncrypted: isEncrypted(header.fields.flags, header.fields.method) || extra.isEncrypted,
      crc32: sizes?.crc32 ?? header.fields.crc32,
      sizeBytes: sizes?.sizeBytes ?? storedBytes,
      storedBytes,
      headerOffset: found,
      externalAttributes: 0,
      versionMadeBy: 0,
      versionNeeded: header.fields.versionNeeded,
    });
    at = dataOffset + storedBytes + (sizes?.descriptorBytes ?? 0);
  }
  return { entries, searchedBytes, isFinished: at >= end };
}

function isPlausible(fields: LocalFields): boolean {
  return (fields.versionNeeded & 0xff) <= MAX_VERSION && fields.nameLength <= MAX_NAME_BYTES;
}

/** The descriptor that ends at the right place for the size it gives; only one with a signature can be found. */
async function findDescriptor(
  source: ByteSource,
  dataOffset: number,
  end: number,
  options: ZipOptions,
): Promise<
  (Pick<ZipEntry, 'crc32' | 'storedBytes' | 'sizeBytes'> & { descriptorBytes: number }) | undefined
> {
  for (let at = dataOffset; at < end; ) {
    const found = await findSignature(source, at, end, DESCRIPTOR_SIGNATURE, options);
    if (found === undefined) return undefined;
    const bytes = await source.read(found, Math.min(24, source.sizeBytes - found));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const storedBytes = found - dataOffset;
    for (const width of [8, 4]) {
      if (view.byteLength < 8 + width * 2) continue;
      const crc32 = view.getUint32(4, true);
      const sizeAt = 8 + width;
      const sizeBytes = width === 4 ? view.getUint32(sizeAt, true) : Number(view.getBigUint64(sizeAt, true));
      const descriptor = { crc32, storedBytes, sizeBytes };
      if (isDescriptorOf(descriptor, view, 4, width))
        return { ...descriptor, descriptorBytes: 8 + width * 2 };
    }
    at = found + 4;
  }
  return undefined;
}

async function findSignature(
  source: ByteSource,
  start: number,
  end: number,
  signature: number,
  options: ZipOptions,
): Promise<number | undefined> {
  const pattern = Buffer.alloc(4);
  pattern.writeUInt32LE(signature);
  for (let at = start; at + 4 <= end; at += WINDOW_BYTES - 3) {
    options.checkDeadline?.();
    const bytes = await source.read(at, Math.min(WINDOW_BYTES, end - at));
    const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(pattern);
    if (found >= 0) return at + found;
  }
  return undefined;
}
