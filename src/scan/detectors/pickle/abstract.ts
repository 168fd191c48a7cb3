import type { PickleValue } from '#formats';
import type { Known } from '../../knowledge/known-constructors.ts';

/** What a value would be once loading has come to it, as far as it can be told without running anything. */
export type Abstract =
  /** Constants and containers as the machine read them; items are resolved when they are looked at. */
  | { readonly kind: 'data'; readonly value: PickleValue; readonly computed?: true }
  /** Several values that were worked out one by one. */
  | { readonly kind: 'items'; readonly items: readonly Abstract[] }
  /** Something importable: a function, class or module. `name` is empty for a module itself. */
  | {
      readonly kind: 'object';
      readonly module: string;
      readonly name: string;
      /** Its name was made at load time, or it was reached by fetching attributes. */
      readonly computed?: true;
    }
  /** The attributes of an object as a dict: `vars(x)`, `f.__globals__`, `sys.modules` (then `module` is empty). */
  | { readonly kind: 'namespace'; readonly module: string; readonly name: string }
  /** What a known constructor made. */
  | {
      readonly kind: 'instance';
      readonly module: string;
      readonly name: string;
      readonly known: Known;
      readonly acts?: Abstract;
    }
  /** What an unknown or dangerous callable gave. */
  | { readonly kind: 'foreign'; readonly from: string }
  /** An attribute of a value that is not importable by name, such as a method of a string. */
  | { readonly kind: 'bound'; readonly owner: Abstract; readonly name: string; readonly isPlain: boolean }
  | { readonly kind: 'partial'; readonly callee: Abstract; readonly args: readonly Abstract[] }
  | {
      readonly kind: 'getter';
      readonly by: 'attribute' | 'item' | 'method';
      readonly args: readonly Abstract[];
    }
  /** A function, code object or class that the file carries by value. */
  | {
      readonly kind: 'made';
      readonly what: 'code' | 'function' | 'class';
      readonly bases: readonly Abstract[];
    }
  | { readonly kind: 'unknown'; readonly why: string };

export const NOTHING: Abstract = { kind: 'data', value: { kind: 'none' } };

export function toText(value: string): Abstract {
  return {
    kind: 'data',
    computed: true,
    value: { kind: 'str', value, lengthBytes: Buffer.byteLength(value) },
  };
}

export function toBytes(value: Uint8Array): Abstract {
  return {
    kind: 'data',
    computed: true,
    value: { kind: 'bytes', value, lengthBytes: value.length, offset: 0 },
  };
}

export function toNumber(value: bigint): Abstract {
  return { kind: 'data', computed: true, value: { kind: 'int', value } };
}

/** The text of a whole string constant. */
export function textOf(value: Abstract | undefined): string | undefined {
  if (value?.kind !== 'data' || value.value.kind !== 'str') return undefined;
  const { value: text, lengthBytes } = value.value;
  // Cut by the machine: what it says is not what the loader sees.
  return lengthBytes > 65_536 && Buffer.byteLength(text) < lengthBytes ? undefined : text;
}

export function bytesOf(value: Abstract | undefined): Uint8Array | undefined {
  if (value?.kind !== 'data' || value.value.kind !== 'bytes') return undefined;
  return value.value.value.length === value.value.lengthBytes ? value.value.value : undefined;
}

export function intOf(value: Abstract | undefined): bigint | undefined {
  if (value?.kind !== 'data') return undefined;
  if (value.value.kind === 'bool') return value.value.value ? 1n : 0n;
  return value.value.kind === 'int' ? value.value.value : undefined;
}

export function isNone(value: Abstract | undefined): boolean {
  return value?.kind === 'data' && value.value.kind === 'none';
}

/** Dotted path of something importable. */
export function pathOf(value: { readonly module: string; readonly name: string }): string {
  return value.name === '' ? value.module : `${value.module}.${value.name}`;
}

/** A dunder name reaches into the interpreter: `__globals__`, `__class__`, `__subclasses__`. */
export function isDunder(name: string): boolean {
  return name.startsWith('__') && name.endsWith('__') && name.length > 4;
}
