import {
  type ByteSource,
  BytesError,
  openZipMember,
  readZipIndex,
  type ZipEntry,
  type ZipIndex,
} from '#bytes';
import type { Member, ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';

/** Up to this size reading all local headers costs no more than reading a few of them. */
const MAX_CHEAP_BYTES = 8 * 1024 * 1024;

/**
 * Lists an archive. In a large one, local headers are read for the members that are opened: each is a range of
 * its own, and tensors are not opened.
 *
 * @throws {FormatError} `bad-magic` when it is no archive after all
 * @throws {BytesError} `limit-exceeded` past the number of members, and what the source throws
 */
export async function openArchive(source: ByteSource, context: ParseContext): Promise<ZipIndex> {
  try {
    return await readZipIndex(source, {
      localHeaders: source.sizeBytes <= MAX_CHEAP_BYTES ? 'all' : 'read-members',
      maxEntries: context.limits.maxMembers,
      checkDeadline: () => context.checkDeadline(),
    });
  } catch (cause) {
    if (cause instanceof BytesError && cause.code === 'bad-data') {
      throw new FormatError('bad-magic', cause.offset ?? 0, 'no zip archive', { cause });
    }
    throw cause;
  }
}

/** What an entry holds: content until a format that knows better says otherwise. */
export function toMember(index: ZipIndex, entry: ZipEntry, context: ParseContext): Member {
  const { maxInflatedBytes, maxRatio } = context.limits;
  return {
    path: entry.path,
    sizeBytes: entry.sizeBytes,
    role: 'content',
    open: () =>
      openZipMember(index, entry, {
        maxInflatedBytes,
        maxRatio,
        atLimit: 'cut', // what comes before a bomb's end is judged all the same
        checkDeadline: () => context.checkDeadline(),
      }),
  };
}

/** Everything but folders; a folder with bytes is none. */
export function contentEntries(index: ZipIndex): readonly ZipEntry[] {
  return index.entries.filter((entry) => entry.kind !== 'directory' || entry.storedBytes > 0);
}
