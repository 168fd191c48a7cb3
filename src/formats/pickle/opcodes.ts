import type { Machine, Step } from './machine.ts';
import * as calls from './ops/calls.ts';
import * as containers from './ops/containers.ts';
import * as fill from './ops/fill.ts';
import * as imports from './ops/imports.ts';
import * as memo from './ops/memo.ts';
import * as numbers from './ops/numbers.ts';
import * as stack from './ops/stack.ts';
import * as stream from './ops/stream.ts';
import * as strings from './ops/strings.ts';

export interface Opcode {
  readonly name: string;
  readonly protocol: number; // that brought it
  readonly reads: stream.OperandReads;
  readonly execute: (machine: Machine) => Step;
}

type Row = readonly [
  byte: string | number,
  name: Opcode['name'],
  protocol: Opcode['protocol'],
  reads: Opcode['reads'],
  execute: Opcode['execute'],
];

/** Every opcode of protocols 0 to 5, by the byte that stands for it. */
const ROWS: readonly Row[] = [
  ['(', 'MARK', 0, 'none', stack.opMark],
  ['.', 'STOP', 0, 'none', stack.opStop],
  ['0', 'POP', 0, 'none', stack.opPop],
  ['1', 'POP_MARK', 1, 'none', stack.opPopMark],
  ['2', 'DUP', 0, 'none', stack.opDup],
  ['F', 'FLOAT', 0, 'line', numbers.opFloat],
  ['I', 'INT', 0, 'line', numbers.opInt],
  ['J', 'BININT', 1, 'fixed', numbers.opBinInt],
  ['K', 'BININT1', 1, 'fixed', numbers.opBinInt1],
  ['L', 'LONG', 0, 'line', numbers.opLong],
  ['M', 'BININT2', 1, 'fixed', numbers.opBinInt2],
  ['N', 'NONE', 0, 'none', numbers.opNone],
  ['P', 'PERSID', 0, 'line', imports.opPersId],
  ['Q', 'BINPERSID', 1, 'none', imports.opBinPersId],
  ['R', 'REDUCE', 0, 'none', calls.opReduce],
  ['S', 'STRING', 0, 'line', strings.opString],
  ['T', 'BINSTRING', 1, 4, strings.opBinString],
  ['U', 'SHORT_BINSTRING', 1, 1, strings.opShortBinString],
  ['V', 'UNICODE', 0, 'line', strings.opUnicode],
  ['X', 'BINUNICODE', 1, 4, strings.opBinUnicode],
  ['a', 'APPEND', 0, 'none', fill.opAppend],
  ['b', 'BUILD', 0, 'none', calls.opBuild],
  ['c', 'GLOBAL', 0, 'two-lines', imports.opGlobal],
  ['d', 'DICT', 0, 'none', containers.opDict],
  ['}', 'EMPTY_DICT', 1, 'none', containers.opEmptyDict],
  ['e', 'APPENDS', 1, 'none', fill.opAppends],
  ['g', 'GET', 0, 'line', memo.opGet],
  ['h', 'BINGET', 1, 'fixed', memo.opBinGet],
  ['i', 'INST', 0, 'two-lines', calls.opInst],
  ['j', 'LONG_BINGET', 1, 'fixed', memo.opLongBinGet],
  ['l', 'LIST', 0, 'none', containers.opList],
  [']', 'EMPTY_LIST', 1, 'none', containers.opEmptyList],
  ['o', 'OBJ', 1, 'none', calls.opObj],
  ['p', 'PUT', 0, 'line', memo.opPut],
  ['q', 'BINPUT', 1, 'fixed', memo.opBinPut],
  ['r', 'LONG_BINPUT', 1, 'fixed', memo.opLongBinPut],
  ['s', 'SETITEM', 0, 'none', fill.opSetItem],
  ['t', 'TUPLE', 0, 'none', containers.opTuple],
  [')', 'EMPTY_TUPLE', 1, 'none', containers.opEmptyTuple],
  ['u', 'SETITEMS', 1, 'none', fill.opSetItems],
  ['G', 'BINFLOAT', 1, 'fixed', numbers.opBinFloat],
  [0x80, 'PROTO', 2, 'fixed', stream.opProto],
  [0x81, 'NEWOBJ', 2, 'none', calls.opNewObj],
  [0x82, 'EXT1', 2, 'fixed', imports.opExt1],
  [0x83, 'EXT2', 2, 'fixed', imports.opExt2],
  [0x84, 'EXT4', 2, 'fixed', imports.opExt4],
  [0x85, 'TUPLE1', 2, 'none', containers.opTuple1],
  [0x86, 'TUPLE2', 2, 'none', containers.opTuple2],
  [0x87, 'TUPLE3', 2, 'none', containers.opTuple3],
  [0x88, 'NEWTRUE', 2, 'none', numbers.opTrue],
  [0x89, 'NEWFALSE', 2, 'none', numbers.opFalse],
  [0x8a, 'LONG1', 2, 1, numbers.opLong1],
  [0x8b, 'LONG4', 2, 4, numbers.opLong4],
  ['B', 'BINBYTES', 3, 4, strings.opBinBytes],
  ['C', 'SHORT_BINBYTES', 3, 1, strings.opShortBinBytes],
  [0x8c, 'SHORT_BINUNICODE', 4, 1, strings.opShortBinUnicode],
  [0x8d, 'BINUNICODE8', 4, 8, strings.opBinUnicode8],
  [0x8e, 'BINBYTES8', 4, 8, strings.opBinBytes8],
  [0x8f, 'EMPTY_SET', 4, 'none', containers.opEmptySet],
  [0x90, 'ADDITEMS', 4, 'none', fill.opAddItems],
  [0x91, 'FROZENSET', 4, 'none', containers.opFrozenSet],
  [0x92, 'NEWOBJ_EX', 4, 'none', calls.opNewObjEx],
  [0x93, 'STACK_GLOBAL', 4, 'none', imports.opStackGlobal],
  [0x94, 'MEMOIZE', 4, 'none', memo.opMemoize],
  [0x95, 'FRAME', 4, 'fixed', stream.opFrame],
  [0x96, 'BYTEARRAY8', 5, 8, strings.opByteArray8],
  [0x97, 'NEXT_BUFFER', 5, 'none', strings.opNextBuffer],
  [0x98, 'READONLY_BUFFER', 5, 'none', stack.opReadonlyBuffer],
];

/** By byte; `undefined` where no unpickler knows the byte. */
export const OPCODES: readonly (Opcode | undefined)[] = toTable();

function toTable(): (Opcode | undefined)[] {
  const table = new Array<Opcode | undefined>(256).fill(undefined);
  for (const [code, name, protocol, reads, execute] of ROWS) {
    table[typeof code === 'number' ? code : code.charCodeAt(0)] = { name, protocol, reads, execute };
  }
  return table;
}
