import {
  type ByteSource,
  BytesError,
  openTarMember,
  readTarIndex,
  type TarEntry,
  type TarFact,
  type TarFactCode,
  type TarIndex,
} from '#bytes';
import type { CoverageGap, GapCode } from '#findings';
import type { Member, ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';

/** Facts that mean: something of the archive was not read, or may be read otherwise. */
const GAPS: Readonly<Partial<Record<TarFactCode, GapCode>>> = {
  truncated: 'truncated',
  'no-end-marker': 'truncated',
  'trailing-not-read': 'limit',
  'extension-too-long': 'limit',
  'too-many-facts': 'limit',
  'bad-checksum': 'malformed',
  'number-malformed': 'malformed',
  'pax-malformed': 'malformed',
  sparse: 'unsupported',
  'unknown-type': 'unsupported',
};

/**
 * @throws {FormatError} `bad-magic` when the first block is no header after all
 * @throws {BytesError} `limit-exceeded` past the number of members, and what the source throws
 */
export async function openTar(source: ByteSource, context: ParseContext): Promise<TarIndex> {
  try {
    return await readTarIndex(source, {
      maxEntries: context.limits.maxMembers,
      checkDeadline: () => context.checkDeadline(),
    });
  } catch (cause) {
    if (cause instanceof BytesError && cause.code === 'bad-data') {
      throw new FormatError('bad-magic', cause.offset ?? 0, 'no tar archive', { cause });
    }
    throw cause;
  }
}

export function toTarMember(index: TarIndex, entry: TarEntry): Member {
  return {
    path: entry.path,
    sizeBytes: entry.sizeBytes,
    role: 'content',
    open: async () => openTarMember(index, entry),
  };
}

/** Everything that has bytes, whatever kind it says it is; empty files too. */
export function tarContentEntries(index: TarIndex): readonly TarEntry[] {
  return index.entries.filter((entry) => entry.kind === 'file' || entry.sizeBytes > 0);
}

export function tarGaps(facts: readonly TarFact[]): readonly CoverageGap[] {
  return facts.flatMap(({ code, detail, offset }) => {
    const gap = GAPS[code];
    return gap === undefined ? [] : [{ code: gap, detail: `tar: ${detail}`, offset }];
  });
}
