import { MAX_STACK } from '../limits.ts';
import {
  describe,
  fail,
  GO,
  HALT,
  type Machine,
  noMark,
  note,
  popMark,
  type Step,
  underflow,
} from '../machine.ts';
import { isObject } from '../values.ts';

export function opMark(m: Machine): Step {
  if (m.marks.length >= MAX_STACK) return fail(m, 'limit', `more than ${MAX_STACK} marks`);
  m.fence = m.stack.length;
  m.marks.push(m.fence);
  return GO;
}

/** Takes the value on top, or the mark when that is what lies on top. */
export function opPop(m: Machine): Step {
  if (m.marks.length > 0 && m.fence === m.stack.length) popMark(m);
  else if (m.stack.length <= m.fence) return underflow(m);
  else m.stack.pop();
  return GO;
}

export function opPopMark(m: Machine): Step {
  const mark = popMark(m);
  if (mark < 0) return noMark(m);
  m.stack.length = mark;
  return GO;
}

export function opDup(m: Machine): Step {
  const { stack } = m;
  const value = stack[stack.length - 1];
  if (value === undefined || stack.length <= m.fence) return underflow(m);
  stack.push(value);
  return GO;
}

export function opReadonlyBuffer(m: Machine): Step {
  const { stack } = m;
  const value = stack[stack.length - 1];
  if (value === undefined || stack.length <= m.fence) return underflow(m);
  if (value.kind === 'bytes' || isObject(value)) return GO;
  return fail(m, 'bad-argument', `READONLY_BUFFER of ${describe(value)}`);
}

export function opStop(m: Machine): Step {
  const { stack } = m;
  if (stack.length <= m.fence) return underflow(m);
  m.result = stack.pop();
  if (stack.length > 0 || m.marks.length > 0) {
    note(m, 'stack-left', `${stack.length} values and ${m.marks.length} marks below the result`, ['listing']);
  }
  m.end = 'stop';
  return HALT;
}
