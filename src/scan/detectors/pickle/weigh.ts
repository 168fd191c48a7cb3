import type { PickleValue } from '#formats';

export interface Weight {
  /** Values that a walk without a memory of its own visits. Capped at 2^62. */
  readonly expanded: number;
  readonly depth: number;
}

const CAP = 2 ** 62;

/** Keeps what was weighed, so that shared values are weighed once in one program. */
export interface Weights {
  readonly byValue: Map<PickleValue, Weight>;
  /** Parts of all containers so far: what a walk that remembers would visit. */
  parts: number;
}

export function createWeights(): Weights {
  return { byValue: new Map(), parts: 0 };
}

/**
 * How much a value costs whoever walks it: to hash, compare, copy or print it. Shared parts count each time, a way
 * back into itself counts nothing. Iterative: nesting is the file's choice.
 */
export function weigh(root: PickleValue, weights: Weights): Weight {
  if (partsOf(root).length === 0) return LEAF;
  const open = new Set<PickleValue>();
  const stack: PickleValue[] = [root];
  while (stack.length > 0) {
    const value = stack[stack.length - 1];
    if (value === undefined) break;
    if (weights.byValue.has(value)) {
      stack.pop();
      continue;
    }
    const parts = partsOf(value);
    if (open.has(value)) {
      stack.pop();
      open.delete(value);
      weights.byValue.set(value, sum(parts, weights));
      weights.parts += parts.length;
      continue;
    }
    if (parts.length === 0) {
      stack.pop();
      continue;
    }
    open.add(value);
    for (const part of parts)
      if (isContainer(part) && !open.has(part) && !weights.byValue.has(part)) stack.push(part);
  }
  return weights.byValue.get(root) ?? LEAF;
}

const LEAF: Weight = { expanded: 1, depth: 0 };

function sum(parts: readonly PickleValue[], weights: Weights): Weight {
  let expanded = 1;
  let depth = 0;
  for (const part of parts) {
    const weight = weights.byValue.get(part) ?? LEAF;
    expanded = Math.min(CAP, expanded + weight.expanded);
    if (weight.depth > depth) depth = weight.depth;
  }
  return { expanded, depth: depth + 1 };
}

function isContainer(value: PickleValue): boolean {
  return partsOf(value).length > 0;
}

const NONE: readonly PickleValue[] = [];

/** The values inside a container; keys and values in turn for a dict. */
export function partsOf(value: PickleValue): readonly PickleValue[] {
  switch (value.kind) {
    case 'tuple':
    case 'list':
    case 'set':
    case 'frozenset':
      return value.items;
    case 'dict':
      return value.entries.flat();
    case 'persistent':
      return [value.id];
    default:
      return NONE;
  }
}
