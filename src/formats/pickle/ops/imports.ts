import type { PickleEvent } from '../document.ts';
import {
  describe,
  fail,
  GO,
  type Machine,
  note,
  offsetOf,
  pop,
  type Step,
  underflow,
  want,
} from '../machine.ts';
import { isAscii, isOperandAscii, operandText, readLine } from '../operand.ts';
import { decodeUtf8 } from '../python-text.ts';
import { toPython3Names } from '../python2-names.ts';
import { isObject, type Value } from '../values.ts';

type Import = Extract<PickleEvent, { readonly kind: 'import' }>;

const IMPORT_WEIGHT = 240;
const PERSISTENT_WEIGHT = 96;
const WALKS_DOTS = 4; // protocol
const MAPS_NAMES_BELOW = 3; // protocol

export function opGlobal(m: Machine): Step {
  const names = readNames(m, 'GLOBAL');
  if (typeof names !== 'object') return names;
  m.stack.push(importNamed(m, 'GLOBAL', names.module, names.name));
  return finishNames(m, names);
}

export function opStackGlobal(m: Machine): Step {
  const name = pop(m);
  const module = name === undefined ? undefined : pop(m);
  if (name === undefined || module === undefined) return underflow(m);
  if (module.kind === 'str' && name.kind === 'str') {
    const { ambiguous } = m.memo;
    const ifMemoCarried =
      ambiguous.has(module) || ambiguous.has(name)
        ? { module: ambiguous.get(module) ?? module, name: ambiguous.get(name) ?? name }
        : undefined;
    m.stack.push(importNamed(m, 'STACK_GLOBAL', module.value, name.value, ifMemoCarried));
    return GO;
  }
  for (const operand of [module, name]) {
    if (operand.kind !== 'str' && !isObject(operand)) {
      return fail(m, 'bad-argument', `STACK_GLOBAL of ${describe(operand)}`);
    }
  }
  pushEvent(m, { kind: 'import', offset: offsetOf(m), opcode: 'STACK_GLOBAL', module, name });
  m.stack.push({ kind: 'unknown', why: 'an import of names made at run time' });
  return GO;
}

export function opExt1(m: Machine): Step {
  if (m.at >= m.limit) return want(m, 1);
  const code = m.window[m.at] ?? 0;
  m.at += 1;
  return importExtension(m, 'EXT1', code);
}

export function opExt2(m: Machine): Step {
  if (m.at + 2 > m.limit) return want(m, 2);
  const code = m.window.readUInt16LE(m.at);
  m.at += 2;
  return importExtension(m, 'EXT2', code);
}

export function opExt4(m: Machine): Step {
  if (m.at + 4 > m.limit) return want(m, 4);
  const code = m.window.readInt32LE(m.at);
  m.at += 4;
  return importExtension(m, 'EXT4', code);
}

export function opPersId(m: Machine): Step {
  const step = readLine(m);
  if (step !== GO) return step;
  const { lengthBytes, isCutByEnd } = m.operand;
  if (!isOperandAscii(m)) return fail(m, 'bad-argument', 'a persistent id that is not ASCII');
  if (isCutByEnd) noteCut(m, 'PERSID');
  pushPersistent(m, { kind: 'str', value: operandText(m), lengthBytes });
  return isCutByEnd ? fail(m, 'truncated', 'the operand of PERSID has no newline') : GO;
}

export function opBinPersId(m: Machine): Step {
  const id = pop(m);
  if (id === undefined) return underflow(m);
  pushPersistent(m, id);
  return GO;
}

/** Two lines of names. */
export interface Names {
  readonly module: string;
  readonly name: string;
  readonly isCutByEnd: boolean;
}

/** Reads the operand of GLOBAL (UTF-8) or INST (ASCII). */
export function readNames(m: Machine, opcode: 'GLOBAL' | 'INST'): Names | Step {
  const first = readLine(m);
  if (first !== GO) return first;
  const module = decodeName(m, opcode);
  if (typeof module !== 'string') return module;
  let isCutByEnd = m.operand.isCutByEnd;
  let name: string | Step = '';
  if (!isCutByEnd) {
    const second = readLine(m);
    if (second !== GO) return second;
    name = decodeName(m, opcode);
    if (typeof name !== 'string') return name;
    isCutByEnd = m.operand.isCutByEnd;
  }
  if (!isAscii(module) || !isAscii(name)) {
    note(m, 'non-ascii-name', `${opcode} of a name that is not ASCII`, ['listing']);
  }
  if (isCutByEnd) noteCut(m, opcode);
  else if (module === '' || name === '') note(m, 'empty-name', `${opcode} of an empty name`, ['c']);
  return { module, name, isCutByEnd };
}

/** Ends the program after what pickle.py did with a line that has no newline. */
export function finishNames(m: Machine, names: Names): Step {
  return names.isCutByEnd ? fail(m, 'truncated', 'a line without its newline') : GO;
}

/** Records an import by names that are known and gives what it yields. */
export function importNamed(
  m: Machine,
  opcode: Import['opcode'],
  module: string,
  name: string,
  ifMemoCarried?: Import['ifMemoCarried'],
): Value {
  const now = m.protocol < MAPS_NAMES_BELOW ? toPython3Names(module, name) : undefined;
  const [moduleNow, nameNow] = now ?? [module, name];
  const event: Import = {
    kind: 'import',
    offset: offsetOf(m),
    opcode,
    module: toText(moduleNow),
    name: toText(nameNow),
    ...(now !== undefined && { written: { module, name } }),
    ...(nameNow.includes('.') && { dots: m.protocol >= WALKS_DOTS ? 'walked' : 'literal' }),
    ...(ifMemoCarried !== undefined && { ifMemoCarried }),
  };
  pushEvent(m, event);
  return { kind: 'global', module: moduleNow, name: nameNow, event: m.events.length - 1 };
}

function decodeName(m: Machine, opcode: 'GLOBAL' | 'INST'): string | Step {
  const { start, kept, lengthBytes } = m.operand;
  if (kept < lengthBytes) return fail(m, 'limit', `a name of ${lengthBytes} bytes`);
  if (isOperandAscii(m)) return operandText(m);
  const text = opcode === 'GLOBAL' ? decodeUtf8(m.window.subarray(start, start + kept)) : undefined;
  const isStrict = text?.isWellFormed() ?? false;
  if (text === undefined || !isStrict) return fail(m, 'bad-argument', `a name that ${opcode} cannot decode`);
  return text;
}

function noteCut(m: Machine, opcode: string): void {
  note(m, 'line-cut', `the file ends inside a line of ${opcode}, which pickle.py executes`, ['c', 'listing']);
}

function importExtension(m: Machine, opcode: 'EXT1' | 'EXT2' | 'EXT4', code: number): Step {
  if (code <= 0) return fail(m, 'bad-argument', `extension code ${code}`);
  const made: Value = { kind: 'unknown', why: `what is registered as extension ${code}` };
  pushEvent(m, { kind: 'import', offset: offsetOf(m), opcode, module: made, name: made });
  m.stack.push({ kind: 'extension', code });
  return GO;
}

function pushPersistent(m: Machine, id: Value): void {
  m.weightBytes += PERSISTENT_WEIGHT;
  m.events.push({ kind: 'persistent-load', offset: offsetOf(m), id });
  m.stack.push({ kind: 'persistent', id });
}

function pushEvent(m: Machine, event: Import): void {
  m.weightBytes += IMPORT_WEIGHT;
  m.events.push(event);
}

function toText(value: string): Value {
  return { kind: 'str', value, lengthBytes: value.length };
}
