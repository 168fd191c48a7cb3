import type { PickleValue } from '#formats';
import { type Weights, weigh } from './weigh.ts';

/** Walking more values than this from so few takes a process down; honest sharing stays far below. */
const MAX_EXPANDED = 2 ** 32;
const MAX_SHARING = 2 ** 16;

/** Sharing level upon level is what bombs do: a list of many equal parts has one level. */
const BOMB_LEVELS = 12;
const MAX_EXPANDED_IN_LEVELS = 2 ** 22;
const MAX_SHARING_IN_LEVELS = 2 ** 10;

/** CPython's pickler gives up at its recursion limit of 1,000, so no honest file nests deeper. */
const MAX_NESTING = 2_000;

/** What is wrong with the size or depth of a value, each with what it is about. */
export function* checkBomb(
  value: PickleValue,
  weights: Weights,
): Iterable<readonly [about: string, message: string]> {
  const { expanded, depth } = weigh(value, weights);
  const sharing = expanded / (weights.parts + 1);
  const isBomb =
    (expanded > MAX_EXPANDED && sharing > MAX_SHARING) ||
    (depth >= BOMB_LEVELS && expanded > MAX_EXPANDED_IN_LEVELS && sharing > MAX_SHARING_IN_LEVELS);
  if (isBomb) yield ['doubling', `containers that share parts unfold to ${expanded.toExponential(1)} values`];
  if (depth > MAX_NESTING) {
    yield ['nesting', `containers are nested ${depth} deep, more than any pickler writes`];
  }
}
