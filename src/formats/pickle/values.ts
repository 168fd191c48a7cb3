import type { PickleValue } from './document.ts';

/**
 * The machine's own view of a {@link PickleValue}: the same shapes, with the containers open to change while the
 * program runs.
 */
export type Value = Scalar | SequenceValue | DictValue | BytesValue;

type Scalar = Exclude<
  PickleValue,
  { readonly kind: 'bytes' | 'tuple' | 'list' | 'set' | 'frozenset' | 'dict' }
>;

export interface SequenceValue {
  readonly kind: 'tuple' | 'list' | 'set' | 'frozenset';
  items: Value[];
  omitted?: number;
}

export interface DictValue {
  readonly kind: 'dict';
  readonly entries: (readonly [Value, Value])[];
  omitted?: number;
}

export type BytesValue = Extract<PickleValue, { readonly kind: 'bytes' }>;

export const NONE: Value = { kind: 'none' };
export const TRUE: Value = { kind: 'bool', value: true };
export const FALSE: Value = { kind: 'bool', value: false };
export const NO_ITEMS: Value[] = [];

/** Stands for what a memory bound dropped. */
export const DROPPED: Value = { kind: 'unknown', why: 'dropped to bound memory' };

const SMALL_INTS: readonly Value[] = Array.from({ length: 256 }, (_, n) => ({
  kind: 'int',
  value: BigInt(n),
}));

export function toInt(value: number): Value {
  return SMALL_INTS[value] ?? { kind: 'int', value: BigInt(value) };
}

/** Not built from data alone: its methods are somebody's code. */
export function isObject(value: Value): boolean {
  switch (value.kind) {
    case 'global':
    case 'result':
    case 'persistent':
    case 'extension':
    case 'unknown':
      return true;
    default:
      return false;
  }
}
