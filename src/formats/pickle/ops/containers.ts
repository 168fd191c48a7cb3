import { isHashable } from '../hashable.ts';
import { LEAN_WEIGHT_BYTES, MAX_ITEMS } from '../limits.ts';
import { describe, fail, GO, type Machine, noMark, note, popMark, type Step, underflow } from '../machine.ts';
import { type DictValue, DROPPED, NO_ITEMS, type SequenceValue, type Value } from '../values.ts';

const CONTAINER_WEIGHT = 72;
const ITEM_WEIGHT = 8;
const ENTRY_WEIGHT = 48;
/** Items kept of one container when memory is short. */
const LEAN_ITEMS = 256;

export function opEmptyTuple(m: Machine): Step {
  m.stack.push({ kind: 'tuple', items: NO_ITEMS });
  return GO;
}

export function opEmptyList(m: Machine): Step {
  m.weightBytes += CONTAINER_WEIGHT;
  m.stack.push({ kind: 'list', items: [] });
  return GO;
}

export function opEmptySet(m: Machine): Step {
  m.weightBytes += CONTAINER_WEIGHT;
  m.stack.push({ kind: 'set', items: [] });
  return GO;
}

export function opEmptyDict(m: Machine): Step {
  m.weightBytes += CONTAINER_WEIGHT;
  m.stack.push({ kind: 'dict', entries: [] });
  return GO;
}

export function opTuple1(m: Machine): Step {
  return tupleOf(m, 1);
}

export function opTuple2(m: Machine): Step {
  return tupleOf(m, 2);
}

export function opTuple3(m: Machine): Step {
  return tupleOf(m, 3);
}

export function opTuple(m: Machine): Step {
  const mark = popMark(m);
  if (mark < 0) return noMark(m);
  const items = takeFrom(m, mark);
  m.stack.push({ kind: 'tuple', items });
  return GO;
}

export function opList(m: Machine): Step {
  const mark = popMark(m);
  if (mark < 0) return noMark(m);
  const items = takeFrom(m, mark);
  if (items.length <= MAX_ITEMS) m.stack.push({ kind: 'list', items });
  else {
    const list: SequenceValue = { kind: 'list', items: [] };
    addItems(m, list, items);
    m.stack.push(list);
  }
  return GO;
}

export function opFrozenSet(m: Machine): Step {
  const mark = popMark(m);
  if (mark < 0) return noMark(m);
  const items = takeFrom(m, mark);
  const unhashable = items.find((item) => !isHashable(item, m.hashable));
  if (unhashable !== undefined) return fail(m, 'unhashable-key', `${describe(unhashable)} in a frozenset`);
  m.stack.push({ kind: 'frozenset', items });
  return GO;
}

export function opDict(m: Machine): Step {
  const mark = popMark(m);
  if (mark < 0) return noMark(m);
  const items = takeFrom(m, mark);
  if (items.length % 2 !== 0) return fail(m, 'bad-argument', `DICT of ${items.length} keys and values`);
  const dict: DictValue = { kind: 'dict', entries: [] };
  m.weightBytes += CONTAINER_WEIGHT;
  const unhashable = addEntries(m, dict, items);
  if (unhashable !== undefined) return fail(m, 'unhashable-key', `${describe(unhashable)} as a key`);
  m.stack.push(dict);
  return GO;
}

function tupleOf(m: Machine, count: 1 | 2 | 3): Step {
  const from = m.stack.length - count;
  if (from < m.fence) return underflow(m);
  m.stack.push({ kind: 'tuple', items: takeFrom(m, from) });
  return GO;
}

/** Takes all values from a stack height on, into an array that has no spare room. */
export function takeFrom(m: Machine, from: number): Value[] {
  const { stack } = m;
  const count = stack.length - from;
  m.weightBytes += CONTAINER_WEIGHT + ITEM_WEIGHT * count;
  const items = count === 1 ? [stack[from] ?? DROPPED] : stack.slice(from);
  stack.length = from;
  return items;
}

export function addItems(m: Machine, target: SequenceValue, items: readonly Value[]): void {
  const limit = m.weightBytes > LEAN_WEIGHT_BYTES ? LEAN_ITEMS : MAX_ITEMS;
  const room = Math.max(0, Math.min(items.length, limit - target.items.length));
  for (let i = 0; i < room; i += 1) {
    const item = items[i];
    if (item !== undefined) target.items.push(item);
  }
  m.weightBytes += ITEM_WEIGHT * room;
  if (room < items.length) omit(m, target, items.length - room);
}

/** Sets keys and values in turn. Gives the first key that cannot be one; those before it are set. */
export function addEntries(m: Machine, target: DictValue, items: readonly Value[]): Value | undefined {
  const limit = m.weightBytes > LEAN_WEIGHT_BYTES ? LEAN_ITEMS : MAX_ITEMS;
  for (let i = 0; i + 1 < items.length; i += 2) {
    const key = items[i];
    const value = items[i + 1];
    if (key === undefined || value === undefined) break;
    if (key.kind !== 'str' && !isHashable(key, m.hashable)) return key;
    if (target.entries.length < limit) {
      target.entries.push([key, value]);
      m.weightBytes += ENTRY_WEIGHT;
    } else omit(m, target, 1);
  }
  return undefined;
}

function omit(m: Machine, target: SequenceValue | DictValue, count: number): void {
  if (target.omitted === undefined) note(m, 'items-dropped', 'more items than are kept in memory');
  target.omitted = (target.omitted ?? 0) + count;
}
