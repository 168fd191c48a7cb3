import { LEAN_WEIGHT_BYTES } from '../limits.ts';
import { fail, GO, type Machine, note, type Step, underflow, want } from '../machine.ts';
import { memoGet, memoize, memoPut } from '../memo.ts';
import { operandNumber, operandText, readLine } from '../operand.ts';
import { parseIndexOperand } from '../text-number.ts';
import { DROPPED, type Value } from '../values.ts';

/** C keeps the memo in an array twice as long as the highest index: from here on most machines lack the memory. */
const MAX_C_INDEX = 2 ** 30;
/** Honest writers number the slots without gaps. */
const MAX_GAP = 2 ** 16;

const AMBIGUOUS_WEIGHT = 160;

export function opBinGet(m: Machine): Step {
  if (m.at >= m.limit) return want(m, 1);
  const index = m.window[m.at] ?? 0;
  m.at += 1;
  return get(m, index);
}

export function opLongBinGet(m: Machine): Step {
  if (m.at + 4 > m.limit) return want(m, 4);
  const index = m.window.readUInt32LE(m.at);
  m.at += 4;
  return get(m, index);
}

export function opGet(m: Machine): Step {
  const step = readIndex(m, 'GET');
  return typeof step === 'object' ? get(m, step.index) : step;
}

export function opBinPut(m: Machine): Step {
  if (m.at >= m.limit) return want(m, 1);
  const index = m.window[m.at] ?? 0;
  m.at += 1;
  return put(m, index);
}

export function opLongBinPut(m: Machine): Step {
  if (m.at + 4 > m.limit) return want(m, 4);
  const index = m.window.readUInt32LE(m.at);
  m.at += 4;
  return put(m, index);
}

export function opPut(m: Machine): Step {
  const step = readIndex(m, 'PUT');
  return typeof step === 'object' ? put(m, step.index) : step;
}

export function opMemoize(m: Machine): Step {
  const { stack } = m;
  const value = stack[stack.length - 1];
  if (value === undefined || stack.length <= m.fence) return underflow(m);
  noteOverwritten(m, m.memo.count);
  return memoize(m.memo, toKept(m, value)) ? GO : fail(m, 'limit', 'too many memo slots');
}

function get(m: Machine, index: number | bigint): Step {
  const { memo } = m;
  const value = memoGet(memo, index);
  const carried = memo.carried?.slots.get(index);
  if (value === undefined) {
    if (carried === undefined) return fail(m, 'bad-memo', `nothing in memo slot ${index}`);
    note(m, 'memo-carried', `slot ${index} was filled by an earlier pickle of this file`, ['c', 'python']);
    m.stack.push(carried);
    return GO;
  }
  const differs = carried !== undefined && carried !== value;
  if (differs && value.kind === 'str' && carried.kind === 'str' && value.value !== carried.value) {
    const text: Value = { ...value };
    m.weightBytes += AMBIGUOUS_WEIGHT;
    memo.ambiguous.set(text, carried);
    m.stack.push(text);
    return GO;
  }
  m.stack.push(value);
  return GO;
}

function put(m: Machine, index: number | bigint): Step {
  const { stack } = m;
  const value = stack[stack.length - 1];
  if (value === undefined || stack.length <= m.fence) return underflow(m);
  if (index > m.memo.count + MAX_GAP) {
    note(
      m,
      'memo-index',
      `memo slot ${index} after ${m.memo.count} slots`,
      index >= MAX_C_INDEX ? ['c'] : [],
    );
  }
  noteOverwritten(m, index);
  return memoPut(m.memo, index, toKept(m, value)) ? GO : fail(m, 'limit', 'too many memo slots');
}

/** Honest writers fill a slot once, and a listing refuses the second time. */
function noteOverwritten(m: Machine, index: number | bigint): void {
  if (memoGet(m.memo, index) !== undefined) {
    note(m, 'memo-overwritten', `memo slot ${index} filled again`, ['listing']);
  }
}

/** The memo holds on to everything: when memory is short it holds no plain data. */
function toKept(m: Machine, value: Value): Value {
  if (m.weightBytes <= LEAN_WEIGHT_BYTES) return value;
  return value.kind === 'str' || value.kind === 'bytes' ? DROPPED : value;
}

function readIndex(m: Machine, opcode: string): Step | { readonly index: number | bigint } {
  const step = readLine(m);
  if (step !== GO) return step;
  if (m.operand.isCutByEnd) return fail(m, 'truncated', `the operand of ${opcode} has no newline`);
  const quick = operandNumber(m);
  if (quick >= 0) return { index: quick };
  const parsed = parseIndexOperand(operandText(m));
  const index = parsed?.value;
  if (parsed === undefined || index === undefined) {
    return fail(m, 'bad-memo', `the operand of ${opcode} is no index`);
  }
  if (index < 0n) return fail(m, 'bad-memo', `${opcode} of slot ${index}`);
  if (parsed.rejectedBy.length > 0) {
    note(m, 'number-form', `the operand of ${opcode} is no plain number`, parsed.rejectedBy);
  }
  return { index: index <= Number.MAX_SAFE_INTEGER ? Number(index) : index };
}
