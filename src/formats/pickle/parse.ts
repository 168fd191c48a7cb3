import type { ByteSource } from '#bytes';
import type { CoverageGap, GapCode } from '#findings';
import type { ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import type { PickleDocument, PickleEnd, PickleProgram } from './document.ts';
import { hasMagic, isFollowing, isNamedAsPickle, isPadding, MAGIC_BYTES, weighPrograms } from './evidence.ts';
import { heldSource } from './held-source.ts';
import { type CarriedMemo, type Memo, toCarried } from './memo.ts';
import { type RunOptions, readsAsStream, runMachine, toProgram } from './run-program.ts';
import { createSearchBudget, searchProgram } from './search.ts';

/** A file of records holds thousands; these are kept of those that only build plain data, and of the others. */
const MAX_PLAIN_PROGRAMS = 1000;
const MAX_PROGRAMS = 10_000;
const MAX_LOADS = 100_000;
/** Found by searching. */
const MAX_FOUND = 64;
const MAX_PADDING_BYTES = 64 * 1024;

/**
 * Runs every pickle of a file without doing what it asks for: the first, those that a loader reaches by calling
 * `load` again, and those that stand behind a break or behind other bytes.
 *
 * @throws {FormatError} `bad-magic` when nothing speaks for a pickle
 */
export async function parsePickle(source: ByteSource, context: ParseContext): Promise<PickleDocument> {
  const reading = new Reading(source, context);
  await reading.loadAll();
  const { loaded, endOffset } = reading;
  const isWhole = loaded.every(({ end }) => end === 'stop') && (await isPaddingFrom(source, endOffset));
  const head = await source.read(0, Math.min(MAGIC_BYTES, source.sizeBytes));
  const evidence = weighPrograms(loaded, { isWhole, hasMagic: hasMagic(head) });
  if (evidence === 'none' || (evidence === 'weak' && !isNamedAsPickle(context.name))) {
    throw new FormatError('bad-magic', 0, 'no pickle');
  }
  const broken = loaded.filter(({ end }) => end !== 'stop');
  reading.gaps.push(...broken.map(toGap));
  const trailingBytes = source.sizeBytes - endOffset;
  if (!isWhole) await reading.search(Math.max(1, endOffset));
  if (!isWhole && broken.length === 0) {
    const detail = `${trailingBytes} bytes after the last pickle`;
    reading.gaps.push({ code: 'unrecognised', detail, offset: endOffset });
  }
  const { programs, gaps } = reading;
  return { kind: 'pickle', dataBytes: 0, members: [], programs, trailingBytes, gaps };
}

/** One reading of a file, with what is left of its budget. */
class Reading {
  readonly programs: PickleProgram[] = [];
  readonly gaps: CoverageGap[] = [];
  readonly loaded: PickleProgram[] = []; // of `programs`, those that `load` reaches
  endOffset = 0; // of the last of these
  readonly #source: ByteSource;
  readonly #checkDeadline: () => void;
  #opsLeft: number;
  #heldBytes = 0; // by the programs that are kept
  #lastBytes = 0; // and with the last one
  #plain = 0;
  #firstMemo: Memo | undefined;
  #carried: CarriedMemo | undefined;

  constructor(source: ByteSource, context: ParseContext) {
    this.#source = heldSource(source);
    this.#checkDeadline = () => context.checkDeadline();
    this.#opsLeft = context.limits.maxPickleOps;
  }

  /** Runs what loaders read that call `load` again and again. They differ in where the next pickle begins. */
  async loadAll(): Promise<void> {
    const starts = new Set([0]);
    for (const start of starts) {
      const isSpent = this.#opsLeft <= 0 || starts.size > MAX_LOADS || this.programs.length >= MAX_PROGRAMS;
      if (start > 0 && isSpent) {
        this.gaps.push({ code: 'limit', detail: 'more pickles than are read', offset: start });
        return;
      }
      const program = await this.#load(start);
      // What the budget ended was not read, whatever it would have shown.
      if (start > 0 && program.end !== 'limit' && !isFollowing(program)) continue;
      this.#keepLoaded(program);
      for (const next of this.#nextStarts(program)) starts.add(next);
      if (!readsAsStream(program)) continue;
      const detail = 'frames lie about their size: readers see different opcodes';
      this.gaps.push({ code: 'malformed', detail, offset: start });
      const other = await this.#run(start, { isStream: true });
      this.#heldBytes = this.#lastBytes;
      this.programs.push(other);
      for (const next of this.#nextStarts(other)) starts.add(next);
    }
  }

  /** Programs that no loader reaches by itself. */
  async search(from: number): Promise<void> {
    if (this.#opsLeft <= 0) return; // its program says so
    const budget = createSearchBudget(from, this.#source.sizeBytes);
    let offset = from;
    for (let found = 0; found < MAX_FOUND && this.#opsLeft > 0; found += 1) {
      const start = await searchProgram(this.#source, offset, budget, this.#checkDeadline);
      if (start === undefined) return;
      const program = await this.#run(start, {});
      this.#heldBytes = this.#lastBytes;
      this.programs.push({ ...program, reached: 'search' });
      offset = Math.max(program.endOffset, start + 1);
    }
    this.gaps.push({ code: 'limit', detail: 'more pickles behind the others than are read', offset });
  }

  #nextStarts({ end, endOffset, frameEndOffset = endOffset }: PickleProgram): number[] {
    if (end !== 'stop') return [];
    return [endOffset, frameEndOffset].filter((offset) => offset < this.#source.sizeBytes);
  }

  /** Runs one pickle, with the memo of an Unpickler that loaded the others. */
  async #load(start: number): Promise<PickleProgram> {
    if (this.#firstMemo !== undefined) this.#carried ??= toCarried(this.#firstMemo);
    return await this.#run(start, this.#carried === undefined ? {} : { carried: this.#carried });
  }

  async #run(start: number, options: Partial<RunOptions>): Promise<PickleProgram> {
    const m = await runMachine(this.#source, start, {
      maxOps: Math.max(1, this.#opsLeft),
      heldBytes: this.#heldBytes,
      checkDeadline: this.#checkDeadline,
      ...options,
    });
    this.#firstMemo ??= m.memo;
    this.#opsLeft -= m.opCount;
    this.#lastBytes = m.weightBytes;
    return toProgram(m, start);
  }

  /** Programs of plain data are kept while they are few. */
  #keepLoaded(program: PickleProgram): void {
    const isPlain = program.events.length === 0 && program.anomalies.length === 0 && program.end === 'stop';
    if (isPlain) this.#plain += 1;
    this.endOffset = Math.max(this.endOffset, program.endOffset);
    if (isPlain && this.#plain > MAX_PLAIN_PROGRAMS) return;
    this.#heldBytes = this.#lastBytes;
    this.loaded.push(program);
    this.programs.push(program);
  }
}

async function isPaddingFrom(source: ByteSource, offset: number): Promise<boolean> {
  const length = source.sizeBytes - offset;
  return length <= MAX_PADDING_BYTES && isPadding(await source.read(offset, length));
}

const GAP_CODES: Readonly<Partial<Record<PickleEnd, GapCode>>> = { truncated: 'truncated', limit: 'limit' };

function toGap({ end, endDetail, endOffset }: PickleProgram): CoverageGap {
  return { code: GAP_CODES[end] ?? 'malformed', detail: `${end}: ${endDetail}`, offset: endOffset };
}
