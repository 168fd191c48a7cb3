import type { PickleValue } from './pickle/document.ts';

export function textOf(value: PickleValue | undefined): string | undefined {
  return value?.kind === 'str' && value.value.length >= value.lengthBytes / 4 ? value.value : undefined;
}

/** A whole number that JavaScript holds exactly. */
export function wholeOf(value: PickleValue | undefined): number | undefined {
  if (value?.kind !== 'int') return undefined;
  const number = Number(value.value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The items of a tuple or list that is known item by item. */
export function itemsOf(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  if (value?.kind !== 'tuple' && value?.kind !== 'list') return undefined;
  return value.omitted === undefined ? value.items : undefined;
}

/** The value of a text key; of several the last, as a dict keeps it. */
export function entryOf(value: PickleValue | undefined, key: string): PickleValue | undefined {
  if (value?.kind !== 'dict') return undefined;
  return value.entries.findLast(([name]) => textOf(name) === key)?.[1];
}

/** `module.name` of an imported thing. */
export function globalOf(value: PickleValue | undefined): string | undefined {
  return value?.kind === 'global' ? `${value.module}.${value.name}` : undefined;
}
