import type { PickleEvent } from '../document.ts';
import {
  describe,
  fail,
  GO,
  type Machine,
  noMark,
  note,
  offsetOf,
  pop,
  popMark,
  type Step,
  top,
  underflow,
  WAIT,
} from '../machine.ts';
import { isObject, NO_ITEMS, type Value } from '../values.ts';
import { takeFrom } from './containers.ts';
import { finishNames, importNamed, readNames } from './imports.ts';

type Call = Extract<PickleEvent, { readonly kind: 'call' }>;

const CALL_WEIGHT = 120;
const BUILD_WEIGHT = 72;

export function opReduce(m: Machine): Step {
  const args = pop(m);
  const callee = args === undefined ? undefined : pop(m);
  if (args === undefined || callee === undefined) return underflow(m);
  return call(m, 'REDUCE', callee, args);
}

export function opNewObj(m: Machine): Step {
  const args = pop(m);
  const callee = args === undefined ? undefined : pop(m);
  if (args === undefined || callee === undefined) return underflow(m);
  return call(m, 'NEWOBJ', callee, args);
}

export function opNewObjEx(m: Machine): Step {
  const kwargs = pop(m);
  const args = kwargs === undefined ? undefined : pop(m);
  const callee = args === undefined ? undefined : pop(m);
  if (kwargs === undefined || args === undefined || callee === undefined) return underflow(m);
  if (kwargs.kind !== 'dict' && !isObject(kwargs)) {
    return fail(m, 'bad-argument', `keyword arguments that are ${describe(kwargs)}`);
  }
  return call(m, 'NEWOBJ_EX', callee, args, kwargs);
}

export function opObj(m: Machine): Step {
  const mark = popMark(m);
  if (mark < 0) return noMark(m);
  const [callee, ...args] = takeFrom(m, mark);
  if (callee === undefined) return underflow(m);
  if (!isObject(callee)) return fail(m, 'bad-argument', `a call of ${describe(callee)}`);
  return pushCall(m, { kind: 'call', offset: offsetOf(m), opcode: 'OBJ', callee, args });
}

/** pickle.py imports before it looks for the mark, C the other way round. */
export function opInst(m: Machine): Step {
  const names = readNames(m, 'INST');
  if (typeof names !== 'object') return names;
  if (m.marks.length === 0) note(m, 'mark-missing', 'INST without a mark', ['c']);
  const callee = importNamed(m, 'INST', names.module, names.name);
  const mark = popMark(m);
  if (mark < 0) return noMark(m);
  pushCall(m, { kind: 'call', offset: offsetOf(m), opcode: 'INST', callee, args: takeFrom(m, mark) });
  return finishNames(m, names);
}

export function opBuild(m: Machine): Step {
  const state = m.stack.length - 2 < m.fence ? undefined : pop(m);
  const target = top(m);
  if (state === undefined || target === undefined) return underflow(m);
  if (!isObject(target)) return buildPlain(m, target, state);
  m.weightBytes += BUILD_WEIGHT;
  const event = { kind: 'build', offset: offsetOf(m), target, state } as const;
  m.events.push(event);
  if (m.onBuild === undefined) return GO;
  const skip = m.onBuild({ event, offset: m.base + m.at, events: m.events });
  m.pendingSkip = Promise.resolve(skip);
  return skip === undefined || skip === 0 ? GO : WAIT;
}

/**
 * Plain values have no `__setstate__` and no `__dict__`: a state that says nothing passes, any other raises. C and
 * pickle.py differ in what says nothing.
 */
function buildPlain(m: Machine, target: Value, state: Value): Step {
  const [inner, slots] = state.kind === 'tuple' && state.items.length === 2 ? state.items : [state];
  if (inner === undefined) return underflow(m);
  const c = inner.kind === 'none' && (slots === undefined || isEmptyDict(slots));
  const python = isFalsy(inner) && (slots === undefined || isFalsy(slots));
  if (!c && !python) {
    const isUnknown = isObject(inner) || (slots !== undefined && isObject(slots));
    if (!isUnknown) return fail(m, 'bad-argument', `BUILD of ${describe(target)}`);
  }
  if (!c || !python) {
    note(m, 'build-plain', `BUILD of ${describe(target)}`, c ? ['python'] : python ? ['c'] : ['c', 'python']);
  }
  return GO;
}

function isEmptyDict(value: Value): boolean {
  return value.kind === 'dict' && value.entries.length === 0;
}

function isFalsy(value: Value): boolean {
  switch (value.kind) {
    case 'none':
      return true;
    case 'bool':
      return !value.value;
    case 'int':
      return value.value === 0n;
    case 'float':
      return value.value === 0;
    case 'str':
    case 'bytes':
      return value.lengthBytes === 0;
    case 'dict':
      return value.entries.length === 0;
    case 'tuple':
    case 'list':
    case 'set':
    case 'frozenset':
      return value.items.length === 0;
    default:
      return false;
  }
}

function call(m: Machine, opcode: Call['opcode'], callee: Value, args: Value, kwargs?: Value): Step {
  if (!isObject(callee)) return fail(m, 'bad-argument', `a call of ${describe(callee)}`);
  const items = args.kind === 'tuple' ? args.items : spread(args);
  if (items === undefined && !isObject(args) && !isIterable(args)) {
    return fail(m, 'bad-argument', `arguments that are ${describe(args)}`);
  }
  if (args.kind !== 'tuple' && !isObject(args)) {
    note(m, 'call-args', `arguments that are ${describe(args)}, not a tuple`, ['c']);
  }
  const event: Call = { kind: 'call', offset: offsetOf(m), opcode, callee, args: items ?? NO_ITEMS };
  if (items !== undefined && kwargs === undefined) return pushCall(m, event);
  return pushCall(m, {
    ...event,
    ...(items === undefined && { argsValue: args }),
    ...(kwargs !== undefined && { kwargs }),
  });
}

/** What `*args` gives in pickle.py, which takes anything that can be iterated. Sets have no known order. */
function spread(args: Value): readonly Value[] | undefined {
  switch (args.kind) {
    case 'list':
      return [...args.items];
    case 'dict':
      return args.entries.map(([key]) => key);
    case 'set':
    case 'frozenset':
      return args.items.length < 2 ? [...args.items] : undefined;
    default:
      return undefined;
  }
}

function isIterable(value: Value): boolean {
  return ['str', 'bytes', 'set', 'frozenset'].includes(value.kind);
}

function pushCall(m: Machine, event: Call): Step {
  m.weightBytes += CALL_WEIGHT;
  m.events.push(event);
  m.stack.push({ kind: 'result', event: m.events.length - 1 });
  return GO;
}
