import { quote } from '#kernel';
import type { PickleAnomaly, PickleEnd, PickleEvent, PickleReader } from './document.ts';
import type { Memo } from './memo.ts';
import type { Value } from './values.ts';

/**
 * The machine's state and its window on the file. The inner loop and every opcode are synchronous: they see only
 * the window, and an opcode whose operand is not in it asks for more before it changes anything.
 */
export interface Machine {
  // The window. Offsets without "absolute" count from its first byte; `at` may lie past it after a skip.
  window: Buffer;
  base: number; // absolute offset of the window
  at: number; // next byte
  limit: number; // end of the window
  readonly sizeBytes: number; // absolute end of what may be read
  opAt: number; // the opcode that is being executed
  wantedBytes: number; // from `opAt`, after MORE
  searchLineAt: number; // set with MORE: absolute start of a line whose newline is to be found; else -1
  longLine: LongLine | undefined; // what that search found
  operand: Operand;

  readonly stack: Value[];
  readonly marks: number[];
  fence: number; // stack height at the last mark: nothing below it can be popped
  readonly memo: Memo;
  readonly hashable: WeakSet<Value>; // tuples that were found to be
  protocol: number; // as PROTO last said
  highestProtocol: number;
  frameEnd: number; // absolute end of the frame that readers with frames would be in; Infinity outside
  readonly isStream: boolean; // reads as C does from a file, see FRAME
  isReadInto: boolean; // the opcode's bytes are read past the end of a frame as they come
  opCount: number;
  weightBytes: number; // estimate of all memory that values and events took so far

  readonly events: PickleEvent[];
  readonly anomalies: PickleAnomaly[];
  readonly anomalyCounts: Map<string, number>;
  end: PickleEnd | undefined;
  endDetail: string;
  result: Value | undefined;
  readonly onBuild: OnBuild | undefined;
  pendingSkip: Promise<number | undefined> | undefined;
}

/** A moment at which a loader may take bytes out of the stream by itself. */
export interface BuildMoment {
  readonly event: Extract<PickleEvent, { readonly kind: 'build' }>;
  /** Absolute offset of the byte after the BUILD opcode. */
  readonly offset: number;
  /** All events so far, in which `result` values can be looked up. */
  readonly events: readonly PickleEvent[];
}

/** Called when a BUILD is executed; gives the number of bytes that the loader itself takes from there. */
export type OnBuild = (moment: BuildMoment) => number | undefined | Promise<number | undefined>;

/** Where the last operand lies: `kept` bytes from `start` are in the window, it is `lengthBytes` long. */
export interface Operand {
  start: number;
  kept: number;
  lengthBytes: number;
  isCutByEnd: boolean; // a line that the end of the file ends
  last: number; // the last byte of a line
}

export interface LongLine {
  readonly offset: number; // absolute
  readonly lengthBytes: number; // without the newline
  readonly isCutByEnd: boolean;
  readonly last: number;
}

/** What an opcode says to the loop. */
export const GO = 0;
export const MORE = 1; // the window holds too little
export const HALT = 2; // STOP or broken
export const WAIT = 3; // for `pendingSkip`
export type Step = typeof GO | typeof MORE | typeof HALT | typeof WAIT;

const MAX_ANOMALIES_PER_CODE = 16;

export function offsetOf(m: Machine): number {
  return m.base + m.opAt;
}

export function fail(m: Machine, end: PickleEnd, detail: string): Step {
  m.end = end;
  m.endDetail = detail;
  return HALT;
}

export function underflow(m: Machine): Step {
  return fail(m, 'stack-underflow', m.marks.length > 0 ? 'nothing above the mark' : 'nothing on the stack');
}

export function note(
  m: Machine,
  code: string,
  detail: string,
  rejectedBy: readonly PickleReader[] = [],
): void {
  const count = (m.anomalyCounts.get(code) ?? 0) + 1;
  m.anomalyCounts.set(code, count);
  if (count > MAX_ANOMALIES_PER_CODE) return;
  const anomaly = { code, offset: offsetOf(m), detail };
  m.anomalies.push(rejectedBy.length === 0 ? anomaly : { ...anomaly, rejectedBy });
}

/** Makes room for `n` bytes at `at`: asks for more, or says that the file has no more. */
export function want(m: Machine, n: number): Step {
  if (m.at + n <= m.limit) return GO;
  const left = m.sizeBytes - m.base - m.at;
  if (n > left) return fail(m, 'truncated', `${n} bytes wanted, ${Math.max(left, 0)} left`);
  m.wantedBytes = m.at + n - m.opAt;
  return MORE;
}

export function pop(m: Machine): Value | undefined {
  return m.stack.length > m.fence ? m.stack.pop() : undefined;
}

export function top(m: Machine): Value | undefined {
  return m.stack.length > m.fence ? m.stack[m.stack.length - 1] : undefined;
}

/** Takes the last mark away and gives the stack height at it; -1 where there is none. */
export function popMark(m: Machine): number {
  const mark = m.marks.pop();
  if (mark === undefined) return -1;
  m.fence = m.marks.length > 0 ? (m.marks[m.marks.length - 1] ?? 0) : 0;
  return mark;
}

export function noMark(m: Machine): Step {
  return fail(m, 'stack-underflow', 'no mark');
}

/** A value in a message: what it is, not what it holds. */
export function describe(value: Value): string {
  switch (value.kind) {
    case 'str':
      return quote(value.value, 40);
    case 'global':
      return quote(`${value.module}.${value.name}`, 80);
    default:
      return value.kind;
  }
}
