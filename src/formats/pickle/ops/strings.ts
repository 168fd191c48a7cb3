import { LEAN_WEIGHT_BYTES } from '../limits.ts';
import { fail, GO, type Machine, note, type Step } from '../machine.ts';
import { isAscii, isOperandAscii, operandText, readCounted, readLine } from '../operand.ts';
import {
  cutUtf8,
  decodeEscapes,
  decodeRawUnicodeEscapes,
  decodeUtf8,
  dropCutEscape,
} from '../python-text.ts';
import { DROPPED } from '../values.ts';

const TEXT_WEIGHT = 72;
const BYTES_WEIGHT = 240;
/** Kept even when memory is short: it may be part of a name. */
const SHORT_TEXT = 128;
const SINGLE_QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;
const MAX_SIGNED_32 = 0x7fff_ffff;

export function opShortBinUnicode(m: Machine): Step {
  return pushUtf8(m, readCounted(m, 1));
}

export function opBinUnicode(m: Machine): Step {
  return pushUtf8(m, readCounted(m, 4));
}

export function opBinUnicode8(m: Machine): Step {
  return pushUtf8(m, readCounted(m, 8));
}

export function opShortBinString(m: Machine): Step {
  return pushBinString(m, readCounted(m, 1));
}

export function opBinString(m: Machine): Step {
  const step = readCounted(m, 4);
  if (step === GO && m.operand.lengthBytes > MAX_SIGNED_32) {
    note(m, 'binstring-size', `${m.operand.lengthBytes} bytes, negative to pickle.py`, ['python', 'listing']);
  }
  return pushBinString(m, step);
}

export function opShortBinBytes(m: Machine): Step {
  return pushBytes(m, readCounted(m, 1), false);
}

export function opBinBytes(m: Machine): Step {
  return pushBytes(m, readCounted(m, 4), false);
}

export function opBinBytes8(m: Machine): Step {
  return pushBytes(m, readCounted(m, 8), false);
}

export function opByteArray8(m: Machine): Step {
  return pushBytes(m, readCounted(m, 8), true);
}

export function opNextBuffer(m: Machine): Step {
  m.events.push({ kind: 'buffer', offset: m.base + m.opAt });
  m.weightBytes += 48;
  m.stack.push({ kind: 'unknown', why: 'out-of-band buffer' });
  return GO;
}

export function opString(m: Machine): Step {
  const step = readLine(m);
  if (step !== GO) return step;
  const { start, lengthBytes, kept, isCutByEnd, last } = m.operand;
  if (isCutByEnd) return fail(m, 'truncated', 'the operand of STRING has no newline');
  const quote = m.window[start] ?? 0;
  const isQuoted = lengthBytes >= 2 && quote === last && (quote === SINGLE_QUOTE || quote === DOUBLE_QUOTE);
  if (!isQuoted) return fail(m, 'bad-argument', 'the operand of STRING is not quoted');
  const isWhole = kept === lengthBytes;
  const inner = operandText(m).slice(1, isWhole ? -1 : undefined);
  const text = decodeEscapes(isWhole ? inner : dropCutEscape(inner));
  if (text === undefined) return fail(m, 'bad-argument', 'a broken escape in STRING');
  if (!isOperandAscii(m)) noteRaw(m, 'STRING', true);
  else if (!isAscii(text)) noteRaw(m, 'STRING', false);
  pushText(m, text, isWhole ? text.length : lengthBytes - 2);
  return GO;
}

export function opUnicode(m: Machine): Step {
  const step = readLine(m);
  if (step !== GO) return step;
  const { lengthBytes, kept, isCutByEnd } = m.operand;
  if (isCutByEnd) return fail(m, 'truncated', 'the operand of UNICODE has no newline');
  const raw = operandText(m);
  const text = decodeRawUnicodeEscapes(kept === lengthBytes ? raw : dropCutEscape(raw));
  if (text === undefined) return fail(m, 'bad-argument', 'a broken escape in UNICODE');
  pushText(m, text, lengthBytes);
  return GO;
}

/** Python 2 text: ASCII by default; loaders may ask for Latin-1, UTF-8 or bytes, so it is read on. */
function pushBinString(m: Machine, step: Step): Step {
  if (step !== GO) return step;
  if (!isOperandAscii(m)) noteRaw(m, 'BINSTRING', false);
  pushText(m, operandText(m), m.operand.lengthBytes);
  return GO;
}

/** @param inFile the bytes stand in the file as they are, which a listing refuses too */
function noteRaw(m: Machine, opcode: string, inFile: boolean): void {
  const detail = `${opcode} holds bytes that are not ASCII`;
  note(m, 'non-ascii-string', detail, inFile ? ['c', 'python', 'listing'] : ['c', 'python']);
}

function pushUtf8(m: Machine, step: Step): Step {
  if (step !== GO) return step;
  const { start, kept, lengthBytes } = m.operand;
  if (isOperandAscii(m)) {
    pushText(m, operandText(m), lengthBytes);
    return GO;
  }
  const end = kept < lengthBytes ? cutUtf8(m.window, start, start + kept) : start + kept;
  const text = decodeUtf8(m.window.subarray(start, end));
  if (text === undefined) return fail(m, 'bad-argument', 'text that is not UTF-8');
  pushText(m, text, lengthBytes);
  return GO;
}

function pushText(m: Machine, value: string, lengthBytes: number): void {
  if (m.weightBytes <= LEAN_WEIGHT_BYTES) {
    m.weightBytes += TEXT_WEIGHT + value.length;
    m.stack.push({ kind: 'str', value, lengthBytes });
  } else {
    m.stack.push(lengthBytes > SHORT_TEXT ? DROPPED : { kind: 'str', value, lengthBytes });
  }
}

function pushBytes(m: Machine, step: Step, isMutable: boolean): Step {
  if (step !== GO) return step;
  if (m.weightBytes > LEAN_WEIGHT_BYTES) {
    m.stack.push(DROPPED);
    return GO;
  }
  const { start, kept, lengthBytes } = m.operand;
  m.weightBytes += BYTES_WEIGHT + kept;
  // A copy: a view would keep its whole window alive.
  const value = Uint8Array.prototype.slice.call(m.window, start, start + kept);
  const offset = m.base + start;
  m.stack.push(
    isMutable
      ? { kind: 'bytes', value, lengthBytes, offset, mutable: true }
      : { kind: 'bytes', value, lengthBytes, offset },
  );
  return GO;
}
