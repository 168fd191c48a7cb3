import { quote } from '#kernel';
import type { ByteSource } from '../byte-source.ts';
import type { FactList } from '../fact-list.ts';
import { LOCAL_BYTES } from './records.ts';
import { walkLocal } from './walk-local.ts';
import type { ZipEntry, ZipFactCode, ZipLocal, ZipOptions } from './zip-index.ts';

/** Ground that belongs to nothing is searched for local headers up to here, in all; the rest stays unknown. */
const MAX_SEARCH_BYTES = 16 * 1024 * 1024;
/** A local extra field with times and alignment, and a data descriptor. More room than this is looked into. */
const USUAL_ROOM_BYTES = 256;
/** So many entries with more room are looked into; an archive aligned to large pages has it behind each. */
const MAX_LOOKED_INTO = 32;
/** An archive as small as this is read as a whole anyway. */
const SMALL_BYTES = 256 * 1024;

export interface Ground {
  readonly hidden: readonly ZipEntry[];
  readonly unreadHeaders: number;
  readonly maxUnreadRoomBytes: number;
}

export interface Territory {
  readonly source: ByteSource;
  readonly entries: readonly ZipEntry[]; // of the directory
  readonly directoryOffset: number;
  readonly firstIndex: number; // for hidden entries
  /** Gives nothing where the local header is missing or leads out of the archive; that is a fact already. */
  tryLocal(entry: ZipEntry): Promise<ZipLocal | undefined>;
}

interface Extent {
  readonly entry: ZipEntry;
  readonly start: number;
  end: number;
  isExact: boolean; // else `end` leaves out what only the local header knows
}

/**
 * Checks that entries and directory tile the file: what belongs to two of them or to none is a fact, and local
 * headers in ground that belongs to none are hidden entries.
 */
export async function surveyGround(
  territory: Territory,
  options: ZipOptions,
  facts: FactList<ZipFactCode>,
): Promise<Ground> {
  const { directoryOffset } = territory;
  const extents = territory.entries.map(toExtent).sort((a, b) => a.start - b.start);
  const rooms = extents.map((extent, i) => (extents[i + 1]?.start ?? directoryOffset) - extent.end);
  const order = [...extents.keys()];
  const chosen =
    options.localHeaders === 'all' || territory.source.sizeBytes <= SMALL_BYTES
      ? order
      : order
          .filter((i) => (rooms[i] ?? 0) > USUAL_ROOM_BYTES)
          .sort((a, b) => (rooms[b] ?? 0) - (rooms[a] ?? 0))
          .slice(0, MAX_LOOKED_INTO);
  for (const i of chosen) {
    options.checkDeadline?.();
    const extent = extents[i];
    if (extent === undefined) continue;
    const local = await territory.tryLocal(extent.entry);
    extent.end = local?.endOffset ?? extent.start;
    extent.isExact = true;
  }
  const gaps = findGaps(extents, directoryOffset, facts);
  const hidden = await searchGaps(gaps, territory, options, facts);
  const unread = rooms.filter((_, i) => extents[i]?.isExact === false);
  const maxUnreadRoomBytes = unread.reduce((most, room) => Math.max(most, room), 0);
  if (unread.length > 0) {
    const detail = `${unread.length} of ${extents.length}, with room of at most ${maxUnreadRoomBytes} bytes`;
    facts.add('local-headers-not-compared', 0, detail);
  }
  return { hidden, unreadHeaders: unread.length, maxUnreadRoomBytes };
}

function toExtent(entry: ZipEntry): Extent {
  const start = entry.headerOffset;
  const end = start + LOCAL_BYTES + entry.nameBytes.length + entry.storedBytes;
  return { entry, start, end, isExact: false };
}

interface Gap {
  readonly start: number;
  readonly end: number;
}

function findGaps(extents: readonly Extent[], directoryOffset: number, facts: FactList<ZipFactCode>): Gap[] {
  const gaps: Gap[] = [];
  let covered = 0;
  let isExact = true;
  for (const { start, end, entry, isExact: isNextExact } of extents) {
    if (start < covered)
      facts.add('overlap', start, `${quote(entry.path)} begins inside another`, entry.index);
    if (start > covered && isExact) {
      gaps.push({ start: covered, end: start });
      const code = covered === 0 ? 'prefix-bytes' : 'gap';
      facts.add(code, covered, `${start - covered} bytes before ${quote(entry.path)}`);
    }
    if (end >= covered) isExact = isNextExact;
    covered = Math.max(covered, end);
  }
  if (covered > directoryOffset) facts.add('overlap', directoryOffset, 'the directory lies inside an entry');
  if (covered < directoryOffset && isExact) {
    gaps.push({ start: covered, end: directoryOffset });
    facts.add('gap', covered, `${directoryOffset - covered} bytes before the directory`);
  }
  return gaps;
}

async function searchGaps(
  gaps: readonly Gap[],
  territory: Territory,
  options: ZipOptions,
  facts: FactList<ZipFactCode>,
): Promise<ZipEntry[]> {
  const hidden: ZipEntry[] = [];
  let left = MAX_SEARCH_BYTES;
  for (const { start, end } of gaps) {
    const firstIndex = territory.firstIndex + hidden.length;
    const walk = await walkLocal(territory.source, start, end, left, firstIndex, options);
    left -= walk.searchedBytes;
    hidden.push(...walk.entries);
    for (const entry of walk.entries) {
      facts.add('hidden-entry', entry.headerOffset, quote(entry.path), entry.index);
    }
    if (!walk.isFinished)
      facts.add('gap-not-searched', start, `${end - start} bytes were not searched to the end`);
  }
  return hidden;
}
