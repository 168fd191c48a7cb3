import { crc32 } from 'node:zlib';
import { quote } from '#kernel';
import type { ByteSource } from '../byte-source.ts';
import { BytesError } from '../bytes-error.ts';
import type { InflateLimits } from '../codecs/compression.ts';
import { inflateWithCrc } from '../codecs/inflate-source.ts';
import { crc32Source } from '../hash.ts';
import { sliceSource } from '../sources/slice-source.ts';
import { toLzmaFile } from './lzma-member.ts';
import { compressionOf } from './methods.ts';
import { METHOD_LZMA, METHOD_STORED } from './records.ts';
import type { ZipEntry, ZipIndex } from './zip-index.ts';

/** A stored entry that claims to be encrypted is read whole to see whether it is; larger ones are believed. */
const MAX_DOUBTED_BYTES = 64 * 1024 * 1024;

/**
 * The content of an entry, its local header compared. A stored entry is a region of the archive, read by ranges;
 * another is inflated now, and its CRC and size are checked. The CRC of a stored one is checked when it has been read
 * from start to end. What is found goes to the facts of the index.
 *
 * @throws {BytesError} `bad-data` without a local header or when nothing can be inflated; `unsupported` for an
 *   unknown method or an encrypted entry; `limit-exceeded`; what the source throws
 */
export async function openZipMember(
  index: ZipIndex,
  entry: ZipEntry,
  limits: InflateLimits,
): Promise<ByteSource> {
  const local = await index.readLocal(entry);
  // Readers of stored entries go by one size or the other.
  const isStored = entry.method === METHOD_STORED;
  const wanted = isStored ? Math.max(entry.storedBytes, entry.sizeBytes) : entry.storedBytes;
  const length = Math.min(wanted, index.source.sizeBytes - local.dataOffset);
  const stored = sliceSource(index.source, local.dataOffset, length);
  if (isStored) return openStored(index, entry, stored);
  return inflateMember(index, entry, stored, limits);
}

async function openStored(index: ZipIndex, entry: ZipEntry, stored: ByteSource): Promise<ByteSource> {
  if (entry.storedBytes !== entry.sizeBytes) {
    index.note('wrong-size', entry, `stored as ${entry.storedBytes} bytes, said to have ${entry.sizeBytes}`);
  }
  if (!entry.isEncrypted) return checkWhileRead(index, entry, stored);
  if (stored.sizeBytes > MAX_DOUBTED_BYTES || (await crc32Source(stored)) !== entry.crc32)
    refuseEncrypted(entry);
  index.note('encryption-flag-false', entry, 'its content is not encrypted');
  return stored;
}

async function inflateMember(
  index: ZipIndex,
  entry: ZipEntry,
  stored: ByteSource,
  limits: InflateLimits,
): Promise<ByteSource> {
  const kind = compressionOf(entry.method);
  if (kind === undefined) {
    throw new BytesError('unsupported', `${quote(entry.path)} has method ${entry.method}`, {
      offset: entry.headerOffset,
    });
  }
  const compressed = entry.method === METHOD_LZMA ? await toLzmaFile(stored, entry) : stored;
  const inflated = await inflateWithCrc(kind, compressed, limits).catch((error: unknown) => {
    if (entry.isEncrypted && error instanceof BytesError && error.code === 'bad-data') refuseEncrypted(entry);
    throw error;
  });
  const { source, crc32: crc } = inflated;
  const isRight = crc === entry.crc32 && source.sizeBytes === entry.sizeBytes;
  if (entry.isEncrypted) {
    if (!isRight) refuseEncrypted(entry);
    index.note('encryption-flag-false', entry, 'its content is not encrypted');
  }
  for (const fact of source.facts) {
    index.note('content-broken', entry, `${fact.code} at ${fact.offset} of its content: ${fact.detail}`);
  }
  if (source.sizeBytes !== entry.sizeBytes) {
    index.note('wrong-size', entry, `inflates to ${source.sizeBytes} bytes, said to have ${entry.sizeBytes}`);
  }
  if (crc !== entry.crc32) index.note('wrong-crc', entry, `CRC-32 is ${crc}, said to be ${entry.crc32}`);
  return source;
}

function refuseEncrypted(entry: ZipEntry): never {
  throw new BytesError('unsupported', `${quote(entry.path)} is encrypted`, { offset: entry.headerOffset });
}

/** Follows the CRC as long as what is read joins what was read before. */
function checkWhileRead(index: ZipIndex, entry: ZipEntry, stored: ByteSource): ByteSource {
  let crc = 0;
  let checkedBytes = 0;
  return {
    sizeBytes: stored.sizeBytes,
    async read(offset, length) {
      const bytes = await stored.read(offset, length);
      const isNext = offset <= checkedBytes && offset + length > checkedBytes;
      if (!isNext) return bytes;
      crc = crc32(bytes.subarray(checkedBytes - offset), crc);
      checkedBytes = offset + length;
      if (checkedBytes === stored.sizeBytes && crc !== entry.crc32) {
        index.note('wrong-crc', entry, `CRC-32 is ${crc}, said to be ${entry.crc32}`);
      }
      return bytes;
    },
  };
}
