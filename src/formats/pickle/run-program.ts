import type { ByteSource } from '#bytes';
import type { PickleEnd, PickleProgram } from './document.ts';
import { fail, type LongLine, type Machine, MORE, note, type OnBuild, offsetOf, WAIT } from './machine.ts';
import type { CarriedMemo } from './memo.ts';
import { createMachine, runWindow, setWindow } from './run-machine.ts';

const FIRST_WINDOW_BYTES = 64 * 1024;
const MAX_WINDOW_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
/** No writer makes such a line; reading a remote file to its end for a newline would cost what was found before. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

export interface RunOptions {
  readonly maxOps: number;
  /** Called every few thousand opcodes and before every read; may throw. */
  checkDeadline(): void;
  /** Nothing is read at or after this offset; by default the end of the source. */
  readonly endOffset?: number;
  /** For loaders that take bytes out of the stream by themselves when an object is built. */
  readonly onBuild?: OnBuild;
  /** What an Unpickler that loaded earlier pickles of the file would still hold. */
  readonly carried?: CarriedMemo;
  /** Reads as CPython's C unpickler does from a file, which differs where frames lie about their size. */
  readonly isStream?: boolean;
  /** Estimate of the memory that the programs before it hold; counts towards the same bound. */
  readonly heldBytes?: number;
}

/**
 * Runs one pickle from a start to its STOP or to where it breaks, without doing anything it asks for.
 *
 * @param startOffset of its first opcode, in the source
 * @throws {BytesError} what the source throws, and what `checkDeadline` throws; never for what the bytes hold
 */
export async function runPickleProgram(
  source: ByteSource,
  startOffset: number,
  options: RunOptions,
): Promise<PickleProgram> {
  return toProgram(await runMachine(source, startOffset, options), startOffset);
}

/** As {@link runPickleProgram}, and gives the machine as the program left it. */
export async function runMachine(
  source: ByteSource,
  startOffset: number,
  options: RunOptions,
): Promise<Machine> {
  const sizeBytes = Math.min(options.endOffset ?? source.sizeBytes, source.sizeBytes);
  const { onBuild, carried, isStream, heldBytes } = options;
  const m = createMachine({ startOffset, sizeBytes, onBuild, carried, isStream, heldBytes });
  const check = () => options.checkDeadline();
  let windowBytes = FIRST_WINDOW_BYTES;
  for (;;) {
    const step = runWindow(m, options.maxOps, check);
    if (step === WAIT) await skipTaken(m);
    else if (step === MORE) {
      await slide(m, source, windowBytes, check);
      windowBytes = Math.min(2 * windowBytes, MAX_WINDOW_BYTES);
    } else break;
    if (m.end !== undefined) break;
  }
  return m;
}

/** Whether the frames lie, so that the program must also be read with {@link RunOptions.isStream}. */
export function readsAsStream({ anomalies }: PickleProgram): boolean {
  return anomalies.some(({ code }) => code === 'frame-crossed' || code === 'frame-nested');
}

/** What the machine did so far. A broken program ends after the opcode byte at which it broke. */
export function toProgram(m: Machine, startOffset: number): PickleProgram {
  const end: PickleEnd = m.end ?? 'truncated';
  const endOffset = end === 'stop' ? m.base + m.at : Math.min(offsetOf(m) + 1, m.sizeBytes);
  const isInFrame = end === 'stop' && endOffset < m.frameEnd && m.frameEnd !== Number.POSITIVE_INFINITY;
  return {
    startOffset,
    endOffset,
    ...(isInFrame && { frameEndOffset: m.frameEnd }),
    ...(m.isStream && { reading: 'stream' }),
    protocol: m.highestProtocol,
    end,
    endDetail: m.endDetail,
    opCount: m.opCount,
    events: m.events,
    result: m.result ?? { kind: 'unknown', why: 'no STOP' },
    anomalies: m.anomalies,
  };
}

/** Brings the opcode that is to be executed to the start of the window, with all that it asked for. */
async function slide(m: Machine, source: ByteSource, windowBytes: number, check: () => void): Promise<void> {
  check();
  const offset = m.base + m.at;
  if (m.searchLineAt >= 0) {
    m.longLine = await searchLine(source, m.searchLineAt, m.sizeBytes, check);
    m.searchLineAt = -1;
    if (m.longLine === undefined) {
      fail(m, 'limit', `a line of more than ${MAX_LINE_BYTES} bytes`);
      return;
    }
  }
  const length = Math.min(Math.max(windowBytes, m.wantedBytes), m.sizeBytes - offset);
  setWindow(m, await source.read(offset, length), offset);
}

/** Moves over the bytes that the loader takes from the stream itself after a BUILD. */
async function skipTaken(m: Machine): Promise<void> {
  const taken = (await m.pendingSkip) ?? 0;
  m.pendingSkip = undefined;
  const left = m.sizeBytes - m.base - m.at;
  if (taken > left) {
    fail(m, 'truncated', `the loader takes ${taken} bytes after BUILD, ${left} are left`);
    return;
  }
  if (m.frameEnd !== Number.POSITIVE_INFINITY && m.base + m.at < m.frameEnd) {
    note(
      m,
      'frame-open',
      'the loader takes bytes while the frame has opcodes left: it takes them after the frame',
    );
  }
  m.at += Math.max(taken, 0);
}

/** Looks for the end of a line; nothing when that is too far to go on reading. */
async function searchLine(
  source: ByteSource,
  offset: number,
  sizeBytes: number,
  check: () => void,
): Promise<LongLine | undefined> {
  let last = 0;
  for (let at = offset; at < sizeBytes; at += MAX_WINDOW_BYTES) {
    if (at - offset > MAX_LINE_BYTES) return undefined;
    check();
    const bytes = await source.read(at, Math.min(MAX_WINDOW_BYTES, sizeBytes - at));
    const end = bytes.indexOf(NEWLINE);
    if (end >= 0) {
      return { offset, lengthBytes: at + end - offset, isCutByEnd: false, last: bytes[end - 1] ?? last };
    }
    last = bytes[bytes.length - 1] ?? 0;
  }
  return { offset, lengthBytes: Math.max(sizeBytes - offset - 1, 0), isCutByEnd: true, last };
}
