import type { PickleEvent } from '../document.ts';
import { isHashable } from '../hashable.ts';
import {
  describe,
  fail,
  GO,
  type Machine,
  noMark,
  note,
  offsetOf,
  popMark,
  type Step,
  underflow,
} from '../machine.ts';
import { isObject, type SequenceValue, type Value } from '../values.ts';
import { addEntries, addItems, takeFrom } from './containers.ts';

type Fill = Extract<PickleEvent, { readonly kind: 'fill' }>;

export function opAppend(m: Machine): Step {
  const from = m.stack.length - 1;
  if (from <= m.fence) return underflow(m);
  return append(m, from, 'APPEND');
}

export function opAppends(m: Machine): Step {
  const mark = popMark(m);
  if (mark < 0) return noMark(m);
  if (mark <= m.fence) return underflow(m);
  return append(m, mark, 'APPENDS');
}

export function opSetItem(m: Machine): Step {
  const from = m.stack.length - 2;
  if (from <= m.fence) return underflow(m);
  return setItems(m, from, 'SETITEM');
}

export function opSetItems(m: Machine): Step {
  const mark = popMark(m);
  if (mark < 0) return noMark(m);
  if (mark <= m.fence) return underflow(m);
  return setItems(m, mark, 'SETITEMS');
}

export function opAddItems(m: Machine): Step {
  const mark = popMark(m);
  if (mark < 0) return noMark(m);
  if (mark <= m.fence) return underflow(m);
  const items = takeFrom(m, mark);
  const target = m.stack[mark - 1];
  if (target === undefined) return underflow(m);
  if (target.kind === 'set') {
    const unhashable = items.find((item) => !isHashable(item, m.hashable));
    if (unhashable !== undefined) return fail(m, 'unhashable-key', `${describe(unhashable)} in a set`);
    addItems(m, target, items);
    return GO;
  }
  if (isObject(target)) return fill(m, 'ADDITEMS', target, items);
  return withoutMethod(m, 'ADDITEMS', target, items);
}

function append(m: Machine, from: number, opcode: 'APPEND' | 'APPENDS'): Step {
  const target = m.stack[from - 1];
  if (target === undefined) return underflow(m);
  if (target.kind === 'list' && from === m.stack.length - 1) {
    const item = m.stack.pop();
    if (item !== undefined) addItems(m, target, [item]);
    return GO;
  }
  const items = takeFrom(m, from);
  if (target.kind === 'list') addItems(m, target, items);
  else if (isObject(target)) return fill(m, opcode, target, items);
  else if (target.kind === 'bytes' && target.mutable) return extendByteArray(m, opcode, target, items);
  else return withoutMethod(m, opcode, target, items);
  return GO;
}

function setItems(m: Machine, from: number, opcode: 'SETITEM' | 'SETITEMS'): Step {
  const target = m.stack[from - 1];
  if (target === undefined) return underflow(m);
  const items = takeFrom(m, from);
  const isOdd = items.length % 2 !== 0;
  // C looks first, pickle.py sets the pairs before the odd one.
  if (isOdd) note(m, 'odd-items', `${opcode} of ${items.length} keys and values`, ['c']);
  const pairs = isOdd ? items.slice(0, -1) : items;
  const step = pairs.length === 0 ? GO : setPairs(m, target, pairs, opcode);
  if (step !== GO || !isOdd) return step;
  return fail(m, 'bad-argument', `${opcode} of ${items.length} keys and values`);
}

function setPairs(m: Machine, target: Value, pairs: Value[], opcode: 'SETITEM' | 'SETITEMS'): Step {
  if (target.kind === 'dict') {
    const unhashable = addEntries(m, target, pairs);
    if (unhashable !== undefined) return fail(m, 'unhashable-key', `${describe(unhashable)} as a key`);
    return GO;
  }
  if (isObject(target)) return fill(m, opcode, target, pairs);
  if (target.kind === 'list') return setListItems(m, target, pairs, opcode);
  if (target.kind === 'bytes' && target.mutable) {
    for (let i = 0; i < pairs.length; i += 2) {
      const isFitting = isByte(pairs[i + 1]) && isIndex(pairs[i], target.lengthBytes);
      if (!isFitting) return fail(m, 'bad-argument', `${opcode} of a bytearray`);
    }
    return fill(m, opcode, target, pairs);
  }
  return fail(m, 'bad-argument', `${opcode} of ${describe(target)}`);
}

/** A list takes items by index. An index that is not known leaves the list unknown too: an event. */
function setListItems(m: Machine, list: SequenceValue, pairs: Value[], opcode: 'SETITEM' | 'SETITEMS'): Step {
  const length = list.items.length + (list.omitted ?? 0);
  for (let i = 0; i < pairs.length; i += 2) {
    const [key, value] = [pairs[i], pairs[i + 1]];
    if (key === undefined || value === undefined) break;
    if (isObject(key)) return fill(m, opcode, list, pairs.slice(i));
    if (!isIndex(key, length)) return fail(m, 'bad-argument', `${opcode} of a list by ${describe(key)}`);
    const index = Number(key.kind === 'int' || key.kind === 'bool' ? key.value : 0);
    const at = index < 0 ? index + length : index;
    if (at < list.items.length) list.items[at] = value;
  }
  return GO;
}

function extendByteArray(m: Machine, opcode: 'APPEND' | 'APPENDS', target: Value, items: Value[]): Step {
  if (!items.every(isByte)) return fail(m, 'bad-argument', `${opcode} to a bytearray`);
  return fill(m, opcode, target, items);
}

function isByte(value: Value | undefined): boolean {
  if (value === undefined || isObject(value)) return true;
  return value.kind === 'bool' || (value.kind === 'int' && value.value >= 0n && value.value < 256n);
}

function isIndex(key: Value | undefined, length: number): boolean {
  if (key === undefined || isObject(key)) return true;
  if (key.kind === 'bool') return Number(key.value) < length;
  return key.kind === 'int' && key.value >= BigInt(-length) && key.value < BigInt(length);
}

/** C leaves a target alone when there is nothing to add, pickle.py asks for its method first. */
function withoutMethod(m: Machine, opcode: Fill['opcode'], target: Value, items: Value[]): Step {
  if (items.length > 0) return fail(m, 'bad-argument', `${opcode} to ${describe(target)}`);
  note(m, 'empty-fill', `${opcode} of nothing to ${describe(target)}`, ['python']);
  return GO;
}

/** Nothing to add is an event only where pickle.py calls the target's `extend` all the same. */
function fill(m: Machine, opcode: Fill['opcode'], target: Value, items: Value[]): Step {
  if (items.length === 0 && (opcode !== 'APPENDS' || !isObject(target))) return GO;
  m.weightBytes += 72;
  m.events.push({ kind: 'fill', offset: offsetOf(m), opcode, target, items });
  return GO;
}
