import type { Value } from './values.ts';

/**
 * Whether Python can hash the value, as a dict key or an item of a set must be. `known` holds tuples that were
 * found hashable before: they never change, and a tree of shared tuples would else be walked once a path.
 */
export function isHashable(value: Value, known: WeakSet<Value>): boolean {
  if (value.kind !== 'tuple') return isScalarHashable(value);
  if (known.has(value)) return true;
  const seen = new Set<Value>([value]);
  for (const tuple of seen) {
    if (tuple.kind !== 'tuple') continue;
    for (const item of tuple.items) {
      if (item.kind !== 'tuple') {
        if (!isScalarHashable(item)) return false;
      } else if (!known.has(item)) seen.add(item);
    }
  }
  for (const tuple of seen) known.add(tuple);
  return true;
}

function isScalarHashable(value: Value): boolean {
  switch (value.kind) {
    case 'list':
    case 'set':
    case 'dict':
      return false;
    case 'bytes':
      return value.mutable !== true;
    default:
      return true;
  }
}
