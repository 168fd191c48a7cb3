import type { PickleProgram, PickleValue } from '#formats';
import { unreachable } from '#kernel';
import { canonicalModule } from '../../knowledge/canonical-module.ts';
import { findKnown, isPlainMethod } from '../../knowledge/find-known.ts';
import type { ArgumentShape } from '../../knowledge/known-constructors.ts';
import type { Abstract } from './abstract.ts';
import { isDunder, textOf } from './abstract.ts';
import type { Evaluator } from './evaluation.ts';
import { isPlainStorage } from './nested-storage.ts';
import {
  checkDtypeCall,
  checkFromBuffer,
  checkReconstruct,
  checkScalar,
  type Dtypes,
} from './numpy-shapes.ts';
import { checkTensor, checkTensorWithoutStorage } from './tensor-shape.ts';

export interface ShapeContext {
  readonly program: PickleProgram;
  readonly evaluator: Evaluator;
  readonly dtypes: Dtypes;
}

export interface ShapeAnswer {
  /** What is wrong with the arguments; nothing when they are as honest writers give them. */
  readonly problem?: string;
  readonly rule?: 'nestedPickle' | 'resourceBomb';
  /** What the call gives, where that is more than an instance. */
  readonly value?: Abstract;
}

const FINE: ShapeAnswer = {};
const MAX_PATTERN = 20_000;

/** Longer, the conversion of decimal text is slow by itself. */
const MAX_DIGITS = 5000;

/** Larger ranges are honest as data, but not as something to make a list of. */
const MAX_RANGE = 100_000_000n;

/**
 * Whether a known callable gets the arguments that honest writers give. That all arguments are themselves known
 * data is checked elsewhere, once for every value of the program.
 */
export function checkArguments(
  shape: ArgumentShape,
  event: number,
  args: readonly PickleValue[],
  context: ShapeContext,
): ShapeAnswer {
  const { evaluator } = context;
  const wrong = (problem: string): ShapeAnswer => ({ problem });
  const [first, second, third] = args;
  if (shape !== 'data' && args.length > 16) return wrong('more arguments than it takes');
  switch (shape) {
    case 'none':
      return args.length === 0 ? FINE : wrong('arguments where it takes none');
    case 'data':
    case 'tensor-subclass':
    case 'class-first': {
      const range = args.find((value) => rangeLength(context, value) > MAX_RANGE);
      if (range !== undefined) return { problem: 'a range that is larger than memory', rule: 'resourceBomb' };
      if (shape === 'data')
        return args.some(hasDunderKey) ? wrong('attributes with names of the interpreter') : FINE;
      return shape === 'class-first'
        ? checkClassFirst(packageOf(context, event), evaluator, args)
        : checkTensorSubclass(event, args, context);
    }
    case 'text':
      return args.every(({ kind }) => kind === 'str') ? FINE : wrong('something other than text');
    case 'numbers':
      return args.every(({ kind }) => kind === 'int' || kind === 'float' || kind === 'bool')
        ? FINE
        : wrong('something other than numbers');
    case 'names':
      return args.length > 0 &&
        args.every(
          (value) =>
            value.kind === 'str' &&
            value.value
              .split('.')
              .every((part) => /^[A-Za-z][A-Za-z0-9_]*$/.test(part) && isPlainMethod(part)),
        )
        ? FINE
        : wrong('names that reach into objects');
    case 'array-reconstructor':
      return args.length === 4 && second?.kind === 'str' && third?.kind === 'int' && isBytes(args[3])
        ? FINE
        : wrong('other arguments than (class, code, format, bytes)');
    case 'ascii-bytes':
      return args.length === 2 &&
        first?.kind === 'str' &&
        second?.kind === 'str' &&
        /^(latin|latin-?1|iso-?8859-?1|ascii|utf-?8)$/i.test(second.value)
        ? FINE
        : wrong('something other than text and a plain encoding');
    case 'buffer':
      return args.length === 0 ||
        isBytes(first) ||
        (first?.kind === 'str' && second?.kind === 'str') ||
        (first?.kind === 'list' && args.length === 1)
        ? FINE
        : { problem: 'a size instead of data', rule: 'resourceBomb' };
    case 'compiled-pattern':
      return (first?.kind === 'str' || first?.kind === 'bytes') &&
        first.lengthBytes <= MAX_PATTERN &&
        args.slice(1).every(({ kind }) => kind === 'int')
        ? FINE
        : wrong('something other than a short pattern and flags');
    case 'decimal':
      return args.length <= 1 &&
        (first === undefined ||
          (first.kind === 'str' && first.lengthBytes <= MAX_DIGITS) ||
          first.kind === 'int')
        ? FINE
        : wrong('something other than short decimal text');
    case 'fraction':
      return args.length <= 2 &&
        args.every(
          (value) =>
            value.kind === 'int' ||
            (value.kind === 'str' && /^-?\d{1,4000}(\/\d{1,4000})?$/.test(value.value)),
        )
        ? FINE
        : wrong('something other than whole numbers');
    case 'factory': {
      const known =
        first === undefined || first.kind === 'none' || isStorable(evaluator, evaluator.resolve(first));
      return known ? FINE : wrong('a factory that is not known to be harmless');
    }
    case 'getattr':
      return checkGetattr(evaluator, args);
    case 'items':
      return args.length <= 1 &&
        (first === undefined ||
          isContainer(first) ||
          (first.kind === 'result' && rangeLength(context, first) === 0n))
        ? FINE
        : wrong('something other than one container');
    case 'iterable-and-size':
      return args.length <= 2 && (first === undefined || isContainer(first))
        ? FINE
        : wrong('something other than a container and a size');
    case 'known-function':
      return first?.kind === 'str' &&
        second?.kind === 'str' &&
        args.length === 2 &&
        findKnown(first.value, second.value)?.storable === true
        ? { value: { kind: 'object', module: first.value, name: second.value } }
        : wrong('the name of a function that is not known to be harmless');
    case 'layout':
      return first?.kind === 'str' && /^torch\.[a-z_]+$/.test(first.value)
        ? FINE
        : wrong('something other than the name of a layout');
    case 'nested-torch':
      if (args.length === 1 && isPlainStorage(bytesWritten(context.program, first))) return FINE;
      return { problem: 'bytes that are not one plain tensor storage', rule: 'nestedPickle' };
    case 'none-type': {
      const global = first?.kind === 'global' ? first.name : '';
      return args.length === 1 &&
        (first?.kind === 'none' || global === 'Ellipsis' || global === 'NotImplemented')
        ? FINE
        : wrong('something other than None');
    }
    case 'numpy-dtype':
      return answer(checkDtypeCall(event, args, context.dtypes));
    case 'numpy-frombuffer':
      return answer(checkFromBuffer(args, context.dtypes));
    case 'numpy-reconstruct':
      return answer(checkReconstruct(evaluator, args));
    case 'numpy-scalar':
      return answer(checkScalar(args, context.dtypes));
    case 'object-reconstructor':
      return checkReconstructor(evaluator, args);
    case 'partial': {
      const callee = first === undefined ? undefined : evaluator.resolve(first);
      return callee !== undefined && isStorable(evaluator, callee)
        ? FINE
        : wrong('a function that is not known to be harmless');
    }
    case 'public-key':
      return args.every(
        (value) =>
          value.kind !== 'str' ||
          (/^[A-Za-z0-9_+\-/]{0,64}$/.test(value.value) && !value.value.startsWith('/')),
      )
        ? FINE
        : wrong('something other than the name of a time zone');
    case 'tensor':
      return answer(checkTensor(context.evaluator, args));
    case 'tensor-without-storage':
      return answer(checkTensorWithoutStorage(args));
    default:
      return unreachable(shape);
  }
}

/** Whether a reference may stay in the object: it is harmless whoever calls it, with whatever. */
export function isStorable(evaluator: Evaluator, value: Abstract): boolean {
  switch (value.kind) {
    case 'object':
      return evaluator.known(value)?.storable === true;
    case 'instance':
    case 'data':
    case 'items':
      return true;
    case 'bound':
      return value.isPlain;
    default:
      return false;
  }
}

function answer(problem: string | undefined): ShapeAnswer {
  return problem === undefined ? FINE : { problem };
}

/** `getattr(class, 'MEMBER')` of enums, `getattr(object, 'method')` of bound methods. */
function checkGetattr(evaluator: Evaluator, args: readonly PickleValue[]): ShapeAnswer {
  const [first, second] = args;
  const name = second?.kind === 'str' ? textOf({ kind: 'data', value: second }) : undefined;
  if (first === undefined || name === undefined || args.length !== 2 || name.includes('.'))
    return { problem: 'other arguments than (object, name)' };
  const owner = evaluator.resolve(first);
  const known = owner.kind === 'instance' ? owner.known : evaluator.known(owner);
  if (known === undefined || isDunder(name))
    return { problem: 'an attribute that is not known to be harmless' };
  if (owner.kind === 'object' && known.attributes === 'unpickle-only' && name === '_unpickle') {
    return { value: { kind: 'object', module: owner.module, name: `${owner.name}.${name}` } };
  }
  if (known.attributes === 'members' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && owner.kind === 'object') {
    return { value: { kind: 'instance', module: owner.module, name: owner.name, known } };
  }
  if (known.attributes === 'methods' && isPlainMethod(name)) {
    return { value: { kind: 'bound', owner, name, isPlain: true } };
  }
  return { problem: 'an attribute that is not known to be harmless' };
}

/** `_reconstructor(class, base, state)`. */
function checkReconstructor(evaluator: Evaluator, args: readonly PickleValue[]): ShapeAnswer {
  const [type, base, state] = args;
  if (type === undefined || base?.kind !== 'global' || state === undefined || args.length !== 3)
    return { problem: 'other arguments than (class, base, state)' };
  const owner = evaluator.resolve(type);
  const known = evaluator.known(owner);
  if (owner.kind !== 'object' || known?.create === undefined) return { problem: 'a class that is not known' };
  const baseKnown = evaluator.known(evaluator.resolve(base));
  if (
    base.name !== 'object' &&
    (baseKnown === undefined || !/^(dict|list|set|tuple|str|int|float|frozenset|bytes)$/.test(base.name))
  ) {
    return { problem: 'a base that honest writers do not name' };
  }
  return { value: { kind: 'instance', module: owner.module, name: owner.name, known } };
}

function checkClassFirst(module: string, evaluator: Evaluator, args: readonly PickleValue[]): ShapeAnswer {
  const [type] = args;
  const owner = type === undefined ? undefined : evaluator.resolve(type);
  const known = owner === undefined ? undefined : evaluator.known(owner);
  if (owner?.kind !== 'object' || known?.storable !== true) return { problem: 'a class that is not known' };
  // A helper of pandas makes indexes of pandas, not whatever else takes those arguments.
  if (module !== 'copyreg' && owner.module.split('.')[0] !== module)
    return { problem: 'a class of another package' };
  return args.some(hasDunderKey) ? { problem: 'attributes with names of the interpreter' } : FINE;
}

/** `_rebuild_from_type_v2(function, type, args, state)`: calls the function with the arguments. */
function checkTensorSubclass(
  event: number,
  args: readonly PickleValue[],
  context: ShapeContext,
): ShapeAnswer {
  const [callee, type, inner, state] = args;
  if (callee?.kind !== 'global' || type === undefined || inner?.kind !== 'tuple' || args.length !== 4)
    return { problem: 'other arguments than (function, class, args, state)' };
  const { evaluator } = context;
  const known = evaluator.known(evaluator.resolve(callee));
  const owner = evaluator.known(evaluator.resolve(type));
  if (!/^torch\._utils$/.test(callee.module) || known?.call === undefined || owner?.storable !== true)
    return { problem: 'a function or class that is not known' };
  if (state !== undefined && hasDunderKey(state))
    return { problem: 'attributes with names of the interpreter' };
  return checkArguments(known.call, event, inner.items, context);
}

/** The package whose function a call event calls. */
function packageOf({ program }: ShapeContext, index: number): string {
  const event = program.events[index];
  const callee = event?.kind === 'call' ? event.callee : undefined;
  return callee?.kind === 'global' ? (canonicalModule(callee.module).split('.')[0] ?? '') : '';
}

function hasDunderKey(value: PickleValue): boolean {
  if (value.kind === 'tuple')
    return value.items.length <= 4 && value.items.some((item) => item.kind === 'dict' && hasDunderKey(item));
  return value.kind === 'dict' && value.entries.some(([key]) => key.kind === 'str' && isDunder(key.value));
}

/** Bytes, or in protocol 2 the text that `_codecs.encode` makes bytes of. */
function bytesWritten(program: PickleProgram, value: PickleValue | undefined): Uint8Array {
  if (value?.kind === 'bytes') return value.value;
  const event = value?.kind === 'result' ? program.events[value.event] : undefined;
  if (
    event?.kind !== 'call' ||
    event.callee.kind !== 'global' ||
    event.callee.module !== '_codecs' ||
    event.callee.name !== 'encode'
  )
    return new Uint8Array();
  const [text, encoding] = event.args;
  return text?.kind === 'str' && encoding?.kind === 'str' && encoding.value === 'latin1'
    ? Buffer.from(text.value, 'latin1')
    : new Uint8Array();
}

function isContainer(value: PickleValue): boolean {
  return (
    value.kind === 'list' ||
    value.kind === 'tuple' ||
    value.kind === 'set' ||
    value.kind === 'frozenset' ||
    value.kind === 'dict'
  );
}

function isBytes(value: PickleValue | undefined): boolean {
  return value?.kind === 'bytes' || value?.kind === 'result';
}

/** The length of a range that a value is, 0 for anything else. */
function rangeLength({ program }: ShapeContext, value: PickleValue): bigint {
  const event = value.kind === 'result' ? program.events[value.event] : undefined;
  if (event?.kind !== 'call' || event.callee.kind !== 'global' || event.callee.name !== 'range') return 0n;
  const numbers = event.args.map((argument) => (argument.kind === 'int' ? argument.value : 0n));
  const [start = 0n, stop = start, step = 1n] = numbers;
  const span = numbers.length === 1 ? start : stop - start;
  const length = span / (step === 0n ? 1n : step);
  return length < 0n ? -length : length + 1n;
}
