import type { PickleProgram, PickleValue } from '#formats';
import type { Evaluator } from './evaluation.ts';

/** What a dtype was made from, and what its state says: both are needed to tell whether they agree. */
export interface DtypeFacts {
  readonly letter: string;
  readonly itemBytes: number;
  /** Not one of the dtypes that the whole process shares. */
  readonly isCopy: boolean;
  holdsObjects: boolean;
}

export type Dtypes = Map<number, DtypeFacts>;

const CODE = /^[<>=|]?([?a-zA-Z])(\d{0,9})(?:\[[A-Za-z0-9]{1,8}\])?$/;

/** `dtype(code, align, copy)`. A code is one letter and a size; anything longer goes through numpy's own parsers. */
export function checkDtypeCall(
  event: number,
  args: readonly PickleValue[],
  dtypes: Dtypes,
): string | undefined {
  const [code, ...flags] = args;
  if (code?.kind === 'global') return flags.length <= 2 ? undefined : 'more arguments than a dtype takes';
  const parsed = code?.kind === 'str' ? CODE.exec(code.value) : null;
  if (parsed === null) return 'a dtype that is not a plain type code';
  if (flags.length > 2 || flags.some(({ kind }) => kind !== 'bool' && kind !== 'int'))
    return 'flags that are not numbers';
  const [, letter = '', size = '0'] = parsed;
  const itemBytes = letter === 'U' ? 4 * Number(size) : Number(size);
  const copy = flags[1];
  const isCopy = (copy?.kind === 'bool' && copy.value) || (copy?.kind === 'int' && copy.value !== 0n);
  dtypes.set(event, { letter, itemBytes, isCopy, holdsObjects: letter === 'O' });
  return undefined;
}

/** NumPy item flags: items are references; pickle as a list. */
const HAS_OBJECTS = 1n;
const LIST_PICKLE = 2n;

/**
 * `(version, order, subarray, names, fields, itemsize, alignment, flags[, metadata])`. numpy believes it: an object
 * dtype without its flags, or a field past the end of its item, makes raw bytes into object pointers.
 */
export function checkDtypeState(target: PickleValue, state: PickleValue, dtypes: Dtypes): string | undefined {
  if (state.kind !== 'tuple' || state.items.length < 5 || state.items.length > 9)
    return 'a dtype state that is not the tuple numpy writes';
  const facts = target.kind === 'result' ? dtypes.get(target.event) : undefined;
  if (facts?.isCopy === false) return 'a state for a dtype that the whole process shares';
  const numbers = state.items.slice(-4).filter((item) => item.kind === 'int');
  const flags = state.items.length >= 8 ? state.items[7] : undefined;
  const size = state.items.length >= 8 ? state.items[5] : undefined;
  const [, order, subarray, names, fields] = state.items;
  if (order?.kind !== 'str' || !/^[<>=|]$/.test(order.value)) return 'a dtype byte order that does not exist';
  if (numbers.length === 0) return 'a dtype state without sizes';
  const itemBytes = size?.kind === 'int' && size.value >= 0n ? Number(size.value) : (facts?.itemBytes ?? 0);
  let holdsObjects = facts?.holdsObjects === true;
  if (fields?.kind === 'dict') {
    if (names?.kind !== 'tuple') return 'dtype fields without names';
    for (const [, field] of fields.entries) {
      if (field.kind !== 'tuple') return 'a dtype field that is not a tuple';
      const [type, offset] = field.items;
      if (offset?.kind !== 'int' || offset.value < 0n) return 'a dtype field before the start of its item';
      const inner = type?.kind === 'result' ? dtypes.get(type.event) : undefined;
      if (inner?.holdsObjects === true) holdsObjects = true;
      if (Number(offset.value) + (inner?.itemBytes ?? 0) > itemBytes)
        return 'a dtype field past the end of its item';
    }
  }
  if (subarray?.kind === 'tuple') {
    const inner = subarray.items[0]?.kind === 'result' ? dtypes.get(subarray.items[0].event) : undefined;
    if (inner?.holdsObjects === true) holdsObjects = true;
  }
  if (target.kind === 'result' && facts !== undefined)
    dtypes.set(target.event, { ...facts, itemBytes, holdsObjects });
  if (flags?.kind === 'int') {
    const says = (flags.value & HAS_OBJECTS) !== 0n && (flags.value & LIST_PICKLE) !== 0n;
    if (holdsObjects && !says)
      return 'an object dtype whose flags say that it holds plain bytes: bytes of the file become object pointers';
    if (!holdsObjects && says && facts !== undefined)
      return 'a plain dtype whose flags say that it holds objects';
  }
  return undefined;
}

/** `_reconstruct(class, (0,), b'b')`, and `_mareconstruct(class, baseclass, (0,), 'b')`. */
export function checkReconstruct(evaluator: Evaluator, args: readonly PickleValue[]): string | undefined {
  const classes = args.slice(0, -2);
  const [shape, code] = args.slice(-2);
  if (
    classes.length < 1 ||
    classes.length > 2 ||
    classes.some((value) => evaluator.known(evaluator.resolve(value))?.state !== 'numpy-array')
  ) {
    return 'a class that is no known array class';
  }
  if (
    shape?.kind !== 'tuple' ||
    shape.items.length !== 1 ||
    shape.items[0]?.kind !== 'int' ||
    shape.items[0].value > 0n
  ) {
    return 'an array that is made with a size before its data is read';
  }
  const isCode =
    code?.kind === 'bytes' || code?.kind === 'str' || code?.kind === 'result' || code?.kind === 'int';
  return isCode ? undefined : 'a type code that is not text';
}

/** `(version, shape, dtype, is_fortran, data)`; masked arrays add mask and fill value. */
export function checkArrayState(
  program: PickleProgram,
  state: PickleValue,
  dtypes: Dtypes,
): string | undefined {
  if (state.kind === 'tuple' && state.items.length === 2) {
    // Subclasses with attributes of their own: `(array state, __dict__)`.
    const [inner] = state.items;
    return inner === undefined ? undefined : checkArrayState(program, inner, dtypes);
  }
  if (state.kind !== 'tuple' || state.items.length < 4 || state.items.length > 8)
    return 'an array state that is not the tuple numpy writes';
  const at = state.items.findIndex((item, index) => index < 2 && item.kind === 'tuple');
  const [shape, dtype, fortran, data] = state.items.slice(at < 0 ? 1 : at);
  if (shape?.kind !== 'tuple' || shape.items.some((item) => item.kind !== 'int' || item.value < 0n))
    return 'an array shape that is not counts';
  if (fortran?.kind !== 'bool' && fortran?.kind !== 'int') return 'an array order that is not a flag';
  const facts = dtype?.kind === 'result' ? dtypes.get(dtype.event) : undefined;
  if (facts?.holdsObjects === true && data?.kind !== 'list')
    return 'an object array whose items are raw bytes: they become object pointers';
  if (facts?.holdsObjects === false && data?.kind === 'list' && facts.letter !== 'V')
    return 'a plain array whose items are a list';
  return undefined;
}

/** `scalar(dtype, data)`. */
export function checkScalar(args: readonly PickleValue[], dtypes: Dtypes): string | undefined {
  const [dtype, data] = args;
  const facts = dtype?.kind === 'result' ? dtypes.get(dtype.event) : undefined;
  if (dtype?.kind !== 'result' || args.length > 2) return 'a scalar without a dtype';
  if (facts?.holdsObjects === true && data?.kind === 'bytes') return 'an object scalar made from raw bytes';
  return undefined;
}

/** `_frombuffer(buffer, dtype, shape, order)`: the buffer must hold all of the array. */
export function checkFromBuffer(args: readonly PickleValue[], dtypes: Dtypes): string | undefined {
  const [, dtype, shape] = args;
  const facts = dtype?.kind === 'result' ? dtypes.get(dtype.event) : undefined;
  if (
    args.length > 4 ||
    shape?.kind !== 'tuple' ||
    shape.items.some((item) => item.kind !== 'int' || item.value < 0n)
  ) {
    return 'an array shape that is not counts';
  }
  return facts?.holdsObjects === true ? 'an object array made from raw bytes' : undefined;
}
