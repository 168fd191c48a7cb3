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
  readonly width: number; // of a fixed operand, or of the length of a counted one
  readonly execute: (machine: Machine) => Step;
}

type Row = readonly [
  byte: string | number,
  name: Opcode['name'],
  protocol: Opcode['protocol'],
  reads: Opcode['reads'],
  width: Opcode['width'],
  execute: Opcode['execute'],
];

/** Every opcode of protocols 0 to 5, by the byte that stands for it. */
const ROWS: readonly Row[] = [
  ['(', 'MARK', 0, 'none', 0, stack.opMark],
  ['.', 'STOP', 0, 'none', 0, stack.opStop],
  ['0', 'POP', 0, 'none', 0, stack.opPop],
  ['1', 'POP_MARK', 1, 'none', 0, stack.opPopMark],
  ['2', 'DUP', 0, 'none', 0, stack.opDup],
  ['F', 'FLOAT', 0, 'line', 0, numbers.opFloat],
  ['I', 'INT', 0, 'line', 0, numbers.opInt],
  ['J', 'BININT', 1, 'fixed', 4, numbers.opBinInt],
  ['K', 'BININT1', 1, 'fixed', 1, numbers.opBinInt1],
  ['L', 'LONG', 0, 'line', 0, numbers.opLong],
  ['M', 'BININT2', 1, 'fixed', 2, numbers.opBinInt2],
  ['N', 'NONE', 0, 'none', 0, numbers.opNone],
  ['P', 'PERSID', 0, 'line', 0, imports.opPersId],
  ['Q', 'BINPERSID', 1, 'none', 0, imports.opBinPersId],
  ['R', 'REDUCE', 0, 'none', 0, calls.opReduce],
  ['S', 'STRING', 0, 'line', 0, strings.opString],
  ['T', 'BINSTRING', 1, 'counted', 4, strings.opBinString],
  ['U', 'SHORT_BINSTRING', 1, 'counted', 1, strings.opShortBinString],
  ['V', 'UNICODE', 0, 'line', 0, strings.opUnicode],
  ['X', 'BINUNICODE', 1, 'counted', 4, strings.opBinUnicode],
  ['a', 'APPEND', 0, 'none', 0, fill.opAppend],
  ['b', 'BUILD', 0, 'none', 0, calls.opBuild],
  ['c', 'GLOBAL', 0, 'two-lines', 0, imports.opGlobal],
  ['d', 'DICT', 0, 'none', 0, containers.opDict],
  ['}', 'EMPTY_DICT', 1, 'none', 0, containers.opEmptyDict],
  ['e', 'APPENDS', 1, 'none', 0, fill.opAppends],
  ['g', 'GET', 0, 'line', 0, memo.opGet],
  ['h', 'BINGET', 1, 'fixed', 1, memo.opBinGet],
  ['i', 'INST', 0, 'two-lines', 0, calls.opInst],
  ['j', 'LONG_BINGET', 1, 'fixed', 4, memo.opLongBinGet],
  ['l', 'LIST', 0, 'none', 0, containers.opList],
  [']', 'EMPTY_LIST', 1, 'none', 0, containers.opEmptyList],
  ['o', 'OBJ', 1, 'none', 0, calls.opObj],
  ['p', 'PUT', 0, 'line', 0, memo.opPut],
  ['q', 'BINPUT', 1, 'fixed', 1, memo.opBinPut],
  ['r', 'LONG_BINPUT', 1, 'fixed', 4, memo.opLongBinPut],
  ['s', 'SETITEM', 0, 'none', 0, fill.opSetItem],
  ['t', 'TUPLE', 0, 'none', 0, containers.opTuple],
  [')', 'EMPTY_TUPLE', 1, 'none', 0, containers.opEmptyTuple],
  ['u', 'SETITEMS', 1, 'none', 0, fill.opSetItems],
  ['G', 'BINFLOAT', 1, 'fixed', 8, numbers.opBinFloat],
  [0x80, 'PROTO', 2, 'fixed', 1, stream.opProto],
  [0x81, 'NEWOBJ', 2, 'none', 0, calls.opNewObj],
  [0x82, 'EXT1', 2, 'fixed', 1, imports.opExt1],
  [0x83, 'EXT2', 2, 'fixed', 2, imports.opExt2],
  [0x84, 'EXT4', 2, 'fixed', 4, imports.opExt4],
  [0x85, 'TUPLE1', 2, 'none', 0, containers.opTuple1],
  [0x86, 'TUPLE2', 2, 'none', 0, containers.opTuple2],
  [0x87, 'TUPLE3', 2, 'none', 0, containers.opTuple3],
  [0x88, 'NEWTRUE', 2, 'none', 0, numbers.opTrue],
  [0x89, 'NEWFALSE', 2, 'none', 0, numbers.opFalse],
  [0x8a, 'LONG1', 2, 'counted', 1, numbers.opLong1],
  [0x8b, 'LONG4', 2, 'counted', 4, numbers.opLong4],
  ['B', 'BINBYTES', 3, 'counted-into', 4, strings.opBinBytes],
  ['C', 'SHORT_BINBYTES', 3, 'counted-into', 1, strings.opShortBinBytes],
  [0x8c, 'SHORT_BINUNICODE', 4, 'counted', 1, strings.opShortBinUnicode],
  [0x8d, 'BINUNICODE8', 4, 'counted', 8, strings.opBinUnicode8],
  [0x8e, 'BINBYTES8', 4, 'counted-into', 8, strings.opBinBytes8],
  [0x8f, 'EMPTY_SET', 4, 'none', 0, containers.opEmptySet],
  [0x90, 'ADDITEMS', 4, 'none', 0, fill.opAddItems],
  [0x91, 'FROZENSET', 4, 'none', 0, containers.opFrozenSet],
  [0x92, 'NEWOBJ_EX', 4, 'none', 0, calls.opNewObjEx],
  [0x93, 'STACK_GLOBAL', 4, 'none', 0, imports.opStackGlobal],
  [0x94, 'MEMOIZE', 4, 'none', 0, memo.opMemoize],
  [0x95, 'FRAME', 4, 'fixed', 8, stream.opFrame],
  [0x96, 'BYTEARRAY8', 5, 'counted-into', 8, strings.opByteArray8],
  [0x97, 'NEXT_BUFFER', 5, 'none', 0, strings.opNextBuffer],
  [0x98, 'READONLY_BUFFER', 5, 'none', 0, stack.opReadonlyBuffer],
];

/** By byte; `undefined` where no unpickler knows the byte. */
export const OPCODES: readonly (Opcode | undefined)[] = toTable();

function toTable(): (Opcode | undefined)[] {
  const table = new Array<Opcode | undefined>(256).fill(undefined);
  for (const [code, name, protocol, reads, width, execute] of ROWS) {
    table[typeof code === 'number' ? code : code.charCodeAt(0)] = { name, protocol, reads, width, execute };
  }
  return table;
}
