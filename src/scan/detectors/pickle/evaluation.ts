import type { PickleValue } from '#formats';
import type { Danger } from '../../knowledge/find-danger.ts';
import type { Known } from '../../knowledge/known-constructors.ts';
import type { Abstract } from './abstract.ts';

/** What a call turns out to do, found while it was worked out. */
export type Effect =
  | { readonly kind: 'danger'; readonly danger: Danger }
  | { readonly kind: 'handed-over'; readonly danger: Danger; readonly to: string }
  | { readonly kind: 'unknown-object'; readonly module: string; readonly name: string }
  | { readonly kind: 'unknown-callee'; readonly why: string }
  | { readonly kind: 'code'; readonly what: string }
  | { readonly kind: 'pure'; readonly path: string };

export interface Applied {
  readonly value: Abstract;
  readonly effects: readonly Effect[];
}

/** What one program leaves behind for the next ones of its file: they are loaded by one process. */
export interface ProcessState {
  /** Attributes that BUILD or SETITEM wrote into modules and classes, by path. */
  readonly planted: Map<string, Abstract>;
  readonly extensions: Map<number, Abstract>;
}

export interface Evaluator {
  resolve(value: PickleValue): Abstract;
  /** Works a call out as far as it can be. `asNew`: `cls.__new__` instead of a plain call. */
  apply(callee: Abstract, args: readonly Abstract[], asNew?: boolean): Applied;
  /** The items of a container, when all are known. */
  items(value: Abstract | undefined): readonly Abstract[] | undefined;
  attribute(owner: Abstract, name: string): Abstract;
  entry(owner: Abstract, key: Abstract | undefined): Abstract;
  setOutcome(event: number, value: Abstract): void;
  known(value: Abstract): Known | undefined;
  dangerOf(value: Abstract): Danger | undefined;
}
