import { MAX_KEPT_BYTES, MAX_LINE_WINDOW_BYTES } from './limits.ts';
import { fail, GO, type Machine, MORE, type Step, want } from './machine.ts';

const NEWLINE = 0x0a;
/** What is dropped at the end of a frame must be in the window. */
const MAX_DROPPED_BYTES = 1024 * 1024;
/** What a Py_ssize_t holds: both unpicklers refuse larger sizes before they read. */
const MAX_SIZE = 2 ** 63;

/**
 * Reads a length of `width` bytes and moves over as many bytes. At most {@link MAX_KEPT_BYTES} of them need to be
 * in the window: what is longer is skipped, not read.
 */
export function readCounted(m: Machine, width: 1 | 4 | 8): Step {
  if (m.at + width > m.limit) return want(m, width);
  const { window } = m;
  let length = width === 1 ? (window[m.at] ?? 0) : window.readUInt32LE(m.at);
  if (width === 8) {
    length += window.readUInt32LE(m.at + 4) * 2 ** 32;
    if (length >= MAX_SIZE) return fail(m, 'bad-argument', `a length of ${length} bytes`);
  }
  m.at += width;
  return moveOver(m, length);
}

/** Moves over `length` bytes, the first of which are kept in the window. */
export function moveOver(m: Machine, length: number): Step {
  if (m.isStream && !m.isReadInto) {
    const step = dropRest(m, length);
    if (step !== GO) return step;
  }
  if (m.at + length > m.limit) {
    const left = m.sizeBytes - m.base - m.at;
    if (length > left) return fail(m, 'truncated', `${length} bytes wanted, ${Math.max(left, 0)} left`);
    if (m.at + MAX_KEPT_BYTES > m.limit) {
      const step = want(m, Math.min(length, MAX_KEPT_BYTES));
      if (step !== GO) return step;
    }
  }
  const { operand } = m;
  operand.start = m.at;
  operand.kept = length > MAX_KEPT_BYTES ? MAX_KEPT_BYTES : length;
  operand.lengthBytes = length;
  m.at += length;
  return GO;
}

/**
 * Reads a line and moves past its newline. Where the file ends first, C stops; pickle.py takes what is there less
 * its last byte, as if that were the newline, and goes on: `isCutByEnd`.
 */
export function readLine(m: Machine): Step {
  if (m.isStream) {
    const step = dropRestOfLine(m);
    if (step !== GO) return step;
  }
  const start = m.at;
  const end = m.window.indexOf(NEWLINE, start);
  if (end >= 0) {
    setLine(m, end - start, false, m.window[end - 1] ?? 0);
    m.at = end + 1;
    return GO;
  }
  if (m.longLine?.offset === m.base + start) {
    const { lengthBytes, isCutByEnd, last } = m.longLine;
    setLine(m, lengthBytes, isCutByEnd, last);
    m.at = start + lengthBytes + 1;
    return GO;
  }
  if (m.base + m.limit >= m.sizeBytes) {
    const left = m.limit - start;
    const isInFrame = m.frameEnd !== Number.POSITIVE_INFINITY && m.base + start < m.frameEnd;
    if (isInFrame) return fail(m, 'truncated', 'a line without its newline');
    setLine(m, Math.max(left - 1, 0), true, m.window[m.limit - 2] ?? 0);
    m.at = m.limit;
    return GO;
  }
  const held = m.limit - m.opAt;
  m.wantedBytes = 2 * held + 1;
  if (held >= MAX_LINE_WINDOW_BYTES) m.searchLineAt = m.base + start;
  return MORE;
}

/** Where C reads a file: what a frame has left is dropped when it is less than the `length` bytes that are wanted. */
export function dropRest(m: Machine, length: number): Step {
  const left = m.frameEnd - m.base - m.at;
  if (left <= 0 || length <= left || left === Number.POSITIVE_INFINITY) return GO;
  return jump(m, left);
}

function dropRestOfLine(m: Machine): Step {
  const left = m.frameEnd - m.base - m.at;
  if (left <= 0 || left === Number.POSITIVE_INFINITY) return GO;
  const end = m.window.indexOf(NEWLINE, m.at);
  if (end >= 0 && end < m.at + left) return GO;
  if (end < 0 && m.at + left > m.limit) return left > MAX_DROPPED_BYTES ? tooMuch(m, left) : want(m, left);
  return jump(m, left);
}

function jump(m: Machine, bytes: number): Step {
  if (bytes > MAX_DROPPED_BYTES) return tooMuch(m, bytes);
  if (m.at + bytes > m.limit) {
    const step = want(m, bytes);
    if (step !== GO) return step;
  }
  m.at += bytes;
  return GO;
}

function tooMuch(m: Machine, bytes: number): Step {
  return fail(m, 'limit', `${bytes} bytes of a frame that are dropped`);
}

function setLine(m: Machine, lengthBytes: number, isCutByEnd: boolean, last: number): void {
  const { operand } = m;
  operand.start = m.at;
  operand.lengthBytes = lengthBytes;
  operand.kept = Math.min(lengthBytes, MAX_KEPT_BYTES, m.limit - m.at);
  operand.isCutByEnd = isCutByEnd;
  operand.last = last;
}

/** The last operand as text, one character a byte. */
export function operandText(m: Machine): string {
  const { start, kept } = m.operand;
  return m.window.toString('latin1', start, start + kept);
}

const DIGIT_0 = 0x30;
const MAX_QUICK_DIGITS = 9;

/** The last operand as a whole number when it is written as honest writers do, with few digits; else -1. */
export function operandNumber(m: Machine): number {
  const { window } = m;
  const { start, kept } = m.operand;
  if (kept === 0 || kept > MAX_QUICK_DIGITS || (kept > 1 && window[start] === DIGIT_0)) return -1;
  let number = 0;
  for (let at = start, end = start + kept; at < end; at += 1) {
    const digit = (window[at] ?? 0) - DIGIT_0;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

export function isOperandAscii(m: Machine): boolean {
  const { window } = m;
  const { start, kept } = m.operand;
  for (let at = start, end = start + kept; at < end; at += 1) {
    if ((window[at] ?? 0) > 0x7f) return false;
  }
  return true;
}

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
