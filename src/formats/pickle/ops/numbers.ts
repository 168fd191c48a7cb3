import { LEAN_WEIGHT_BYTES, MAX_LONG_BYTES } from '../limits.ts';
import { fail, GO, type Machine, note, type Step, want } from '../machine.ts';
import { moveOver, operandNumber, operandText, readLine } from '../operand.ts';
import { parseFloatOperand, parseIntOperand, parseLongOperand, type TextNumber } from '../text-number.ts';
import { DROPPED, FALSE, NONE, TRUE, toInt, type Value } from '../values.ts';

const INT_WEIGHT = 56;
const FLOAT_WEIGHT = 32;

export function opNone(m: Machine): Step {
  m.stack.push(NONE);
  return GO;
}

export function opTrue(m: Machine): Step {
  m.stack.push(TRUE);
  return GO;
}

export function opFalse(m: Machine): Step {
  m.stack.push(FALSE);
  return GO;
}

export function opBinInt1(m: Machine): Step {
  if (m.at >= m.limit) return want(m, 1);
  m.stack.push(toInt(m.window[m.at] ?? 0));
  m.at += 1;
  return GO;
}

export function opBinInt2(m: Machine): Step {
  if (m.at + 2 > m.limit) return want(m, 2);
  pushSmall(m, m.window.readUInt16LE(m.at));
  m.at += 2;
  return GO;
}

export function opBinInt(m: Machine): Step {
  if (m.at + 4 > m.limit) return want(m, 4);
  pushSmall(m, m.window.readInt32LE(m.at));
  m.at += 4;
  return GO;
}

export function opBinFloat(m: Machine): Step {
  if (m.at + 8 > m.limit) return want(m, 8);
  pushScalar(m, { kind: 'float', value: m.window.readDoubleBE(m.at) }, FLOAT_WEIGHT);
  m.at += 8;
  return GO;
}

export function opLong1(m: Machine): Step {
  if (m.at >= m.limit) return want(m, 1);
  const length = m.window[m.at] ?? 0;
  m.at += 1;
  return pushLong(m, length);
}

export function opLong4(m: Machine): Step {
  if (m.at + 4 > m.limit) return want(m, 4);
  const length = m.window.readInt32LE(m.at);
  if (length < 0) return fail(m, 'bad-argument', `an integer of ${length} bytes`);
  m.at += 4;
  return pushLong(m, length);
}

export function opInt(m: Machine): Step {
  const step = readLine(m);
  if (step !== GO) return step;
  const quick = operandNumber(m);
  if (quick >= 0 && !m.operand.isCutByEnd) {
    pushSmall(m, quick);
    return GO;
  }
  return pushText(m, 'INT', parseIntOperand, (value) =>
    typeof value === 'boolean' ? (value ? TRUE : FALSE) : { kind: 'int', value },
  );
}

export function opLong(m: Machine): Step {
  const step = readLine(m);
  if (step !== GO) return step;
  return pushText(m, 'LONG', parseLongOperand, (value) => ({ kind: 'int', value }));
}

export function opFloat(m: Machine): Step {
  const step = readLine(m);
  if (step !== GO) return step;
  return pushText(m, 'FLOAT', parseFloatOperand, (value) => ({ kind: 'float', value }));
}

function pushSmall(m: Machine, value: number): void {
  if (value >= 0 && value < 256) m.stack.push(toInt(value));
  else if (m.weightBytes > LEAN_WEIGHT_BYTES) m.stack.push(DROPPED);
  else {
    m.weightBytes += INT_WEIGHT;
    m.stack.push({ kind: 'int', value: BigInt(value) });
  }
}

function pushScalar(m: Machine, value: Value, weightBytes: number): void {
  if (m.weightBytes > LEAN_WEIGHT_BYTES) {
    m.stack.push(DROPPED);
    return;
  }
  m.weightBytes += weightBytes;
  m.stack.push(value);
}

function pushLong(m: Machine, length: number): Step {
  const step = moveOver(m, length);
  if (step !== GO) return step;
  if (length > MAX_LONG_BYTES) {
    note(m, 'long-integer', `an integer of ${length} bytes, not converted`);
    m.stack.push({ kind: 'unknown', why: 'an integer too long to convert' });
    return GO;
  }
  pushScalar(m, { kind: 'int', value: toSigned(m.window, m.operand.start, length) }, INT_WEIGHT + length);
  return GO;
}

function toSigned(bytes: Buffer, start: number, length: number): bigint {
  if (length === 0) return 0n;
  if (length <= 6) return BigInt(bytes.readIntLE(start, length));
  const hex = Buffer.from(bytes.subarray(start, start + length))
    .reverse()
    .toString('hex');
  return BigInt.asIntN(length * 8, BigInt(`0x${hex}`));
}

function pushText<T>(
  m: Machine,
  opcode: string,
  parse: (line: string) => TextNumber<T> | undefined,
  toValue: (value: T) => Value,
): Step {
  const { lengthBytes, isCutByEnd } = m.operand;
  if (isCutByEnd) return fail(m, 'truncated', `the operand of ${opcode} has no newline`);
  const parsed = parse(operandText(m));
  if (parsed === undefined) return fail(m, 'bad-argument', `the operand of ${opcode} is no number`);
  if (parsed.rejectedBy.length > 0) {
    note(m, 'number-form', `the operand of ${opcode} is no plain number`, parsed.rejectedBy);
  }
  if (parsed.value === undefined) {
    note(m, 'long-integer', `a number of ${lengthBytes} digits, not converted`);
    m.stack.push({ kind: 'unknown', why: 'a number too long to convert' });
    return GO;
  }
  pushScalar(m, toValue(parsed.value), INT_WEIGHT + lengthBytes);
  return GO;
}
