import type { PickleProgram, PickleValue } from '#formats';
import { unreachable } from '#kernel';
import type { StateShape } from '../../knowledge/known-constructors.ts';
import { isDunder, textOf } from './abstract.ts';
import type { Evaluator } from './evaluation.ts';
import { checkArrayState, checkDtypeState, type Dtypes } from './numpy-shapes.ts';
import { isStorable } from './shapes.ts';

export interface StateContext {
  readonly program: PickleProgram;
  readonly evaluator: Evaluator;
  readonly dtypes: Dtypes;
}

/** Names of the interpreter that honest instances carry in their `__dict__`. */
const HONEST_DUNDERS = new Set([
  '__doc__',
  '__name__',
  '__module__',
  '__qualname__',
  '__len__',
  '__orig_class__',
  '__pydantic_fields_set__',
  '__pydantic_extra__',
  '__pydantic_private__',
  '__objclass__',
  '__networkx_cache__',
]);

/** What is wrong with the state that a known class gets, or nothing. Its values are checked as data elsewhere. */
export function checkState(
  shape: StateShape,
  target: PickleValue,
  state: PickleValue,
  context: StateContext,
): string | undefined {
  switch (shape) {
    case 'data':
      return state.kind === 'dict' ? checkNames(state) : undefined;
    case 'plain':
      return checkPlain(state);
    case 'bytes':
      return state.kind === 'bytes' || state.kind === 'result' ? undefined : 'a state that is not bytes';
    case 'distribution':
      return checkOneDict(state) ?? checkDistribution(state);
    case 'statsmodels-data':
      return checkOneDict(state) ?? checkFormula(state);
    case 'joblib-array':
      return checkOneDict(state) ?? checkJoblib(state);
    case 'numpy-array':
      return checkArrayState(context.program, state, context.dtypes);
    case 'numpy-dtype':
      return checkDtypeState(target, state, context.dtypes);
    case 'partial': {
      const [callee, args, keywords, attributes] = state.kind === 'tuple' ? state.items : [];
      if (callee === undefined || args === undefined || keywords === undefined)
        return 'a state that is not (function, args, keywords, attributes)';
      if (!isStorable(context.evaluator, context.evaluator.resolve(callee)))
        return 'a function that is not known to be harmless';
      return attributes === undefined || attributes.kind === 'none' ? undefined : checkPlain(attributes);
    }
    default:
      return unreachable(shape);
  }
}

/**
 * Exactly one dict. `self.__dict__.update(state)` also takes pairs, and a dict of two keys is such a pair: what is
 * looked for in the state of these classes would stand there unseen.
 */
function checkOneDict(state: PickleValue): string | undefined {
  return state.kind === 'dict' ? checkNames(state) : 'a state that is not one dict';
}

/** A `__dict__` of plain names, or the pair of that and the slots. */
function checkPlain(state: PickleValue): string | undefined {
  if (state.kind === 'tuple' && state.items.length === 2) {
    for (const part of state.items) {
      if (part.kind !== 'none') {
        const problem = part.kind === 'dict' ? checkPlain(part) : 'a state that is not made of dicts';
        if (problem !== undefined) return problem;
      }
    }
    return undefined;
  }
  if (state.kind !== 'dict') return 'a state that is not a dict';
  return checkNames(state);
}

/** Methods that the machine looks up on the object itself, so that an attribute of that name is called. */
const CALLED_BY_NAME = new Set(['append', 'extend', 'add']);

/** Whether items filled into an object that shows them as attributes plant what loading calls. */
export function checkFilled(items: readonly PickleValue[]): string | undefined {
  for (let at = 0; at + 1 < items.length; at += 2) {
    const [key, value] = [items[at], items[at + 1]];
    const isReference = value?.kind === 'global' || value?.kind === 'result';
    if (key?.kind === 'str' && isReference && (isDunder(key.value) || CALLED_BY_NAME.has(key.value))) {
      return `a callable under the name ${key.value.slice(0, 40)}`;
    }
  }
  return undefined;
}

function checkNames(state: Extract<PickleValue, { kind: 'dict' }>): string | undefined {
  for (const [key, value] of state.entries) {
    if (key.kind !== 'str') {
      // Dicts with keys of other kinds cannot name attributes that are looked up.
      if (key.kind === 'int' || key.kind === 'bytes') continue;
      return 'a state whose names are made at load time';
    }
    if (CALLED_BY_NAME.has(key.value) && (value.kind === 'global' || value.kind === 'result')) {
      return `a callable under the name ${key.value}, which filling the object calls`;
    }
    if (isDunder(key.value) && !HONEST_DUNDERS.has(key.value))
      return `the name ${key.value.slice(0, 40)} in a state`;
  }
  return undefined;
}

/**
 * scipy.stats executes `_parse_arg_template` when it loads a distribution. Only the text that scipy itself makes of
 * the names of shape parameters is let through.
 *
 * @see scipy.stats._distn_infrastructure.parse_arg_template
 */
function checkDistribution(state: PickleValue): string | undefined {
  if (state.kind !== 'dict') return undefined;
  for (const [key, value] of state.entries) {
    if (key.kind !== 'str' || key.value !== '_parse_arg_template') continue;
    const template = textOf({ kind: 'data', value });
    if (template === undefined || !ARGUMENT_TEMPLATE.test(template))
      return 'source text that scipy.stats executes on loading, and would not write itself';
  }
  return undefined;
}

const SHAPES = '(?:[_a-zA-Z][_a-zA-Z0-9]{0,40}, ){0,12}';
const PLACE_IN = '(?:loc=0, scale=1|loc=0)';
const PLACE_OUT = '(?:loc, scale|loc, 1|loc)';
const ARGUMENT_TEMPLATE = new RegExp(
  `^\\n?def _parse_args\\(self, ${SHAPES} ${PLACE_IN}\\):\\n    return \\(${SHAPES}\\), ${PLACE_OUT}\\n\\n` +
    `def _parse_args_rvs\\(self, ${SHAPES} ${PLACE_IN}, size=None\\):\\n    return self\\._argcheck_rvs\\(${SHAPES} ${PLACE_OUT}, size=size\\)\\n\\n` +
    `def _parse_args_stats\\(self, ${SHAPES} ${PLACE_IN}, moments='mv'\\):\\n    return \\(${SHAPES}\\), ${PLACE_OUT}, moments\\n$`,
);

/** `ModelData.__setstate__` evaluates `formula` when it is to restore the design of the model. */
function checkFormula(state: PickleValue): string | undefined {
  if (state.kind !== 'dict') return undefined;
  const restores = state.entries.some(([key]) => key.kind === 'str' && key.value.startsWith('restore_'));
  return restores ? 'a formula that statsmodels evaluates on loading' : undefined;
}

/** Old wrappers name a file beside the pickle that joblib then opens. */
function checkJoblib(state: PickleValue): string | undefined {
  if (state.kind !== 'dict') return undefined;
  return state.entries.some(([key]) => key.kind === 'str' && key.value === 'filename')
    ? 'the name of a file that joblib opens'
    : undefined;
}
