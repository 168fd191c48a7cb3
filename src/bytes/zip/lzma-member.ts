import { type ByteSource, checkRange } from '../byte-source.ts';
import { BytesError } from '../bytes-error.ts';
import { sliceSource } from '../sources/slice-source.ts';
import type { ZipEntry } from './zip-index.ts';

const PREFIX_BYTES = 9; // version 2, size of the properties 2, properties 5
const HEADER_BYTES = 13; // of the `.lzma` form: properties 5, content size 8
const FLAG_END_MARKER = 1 << 1;

/**
 * An LZMA member as a file of the `.lzma` form, which differs in its header alone.
 *
 * @see PKWARE APPNOTE.TXT 6.3.10, section 5.8
 */
export async function toLzmaFile(stored: ByteSource, entry: ZipEntry): Promise<ByteSource> {
  if (stored.sizeBytes < PREFIX_BYTES) throw new BytesError('truncated', 'no LZMA properties', { offset: 0 });
  const prefix = Buffer.from(await stored.read(0, PREFIX_BYTES));
  if (prefix.readUInt16LE(2) !== 5) throw new BytesError('bad-data', 'no LZMA properties', { offset: 2 });
  const header = Buffer.alloc(HEADER_BYTES, 0xff);
  prefix.copy(header, 0, 4);
  const hasMarker = (entry.flags & FLAG_END_MARKER) !== 0;
  if (!hasMarker && Number.isSafeInteger(entry.sizeBytes))
    header.writeBigUInt64LE(BigInt(entry.sizeBytes), 5);
  const body = sliceSource(stored, PREFIX_BYTES, stored.sizeBytes - PREFIX_BYTES);
  const sizeBytes = HEADER_BYTES + body.sizeBytes;
  return {
    sizeBytes,
    async read(offset, length) {
      checkRange(sizeBytes, offset, length);
      const head = header.subarray(offset, offset + length);
      const bodyAt = Math.max(0, offset - HEADER_BYTES);
      const rest = await body.read(bodyAt, length - head.length);
      return head.length === 0 ? rest : Buffer.concat([head, rest]);
    },
  };
}
