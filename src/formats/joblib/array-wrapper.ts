import type { PickleEvent, PickleValue } from '../pickle/document.ts';
import { entryOf, globalOf, itemsOf, textOf } from '../pickled-value.ts';

/** What the object that joblib writes instead of an array says. */
export type ArrayWrapper =
  | {
      readonly kind: 'numbers'; // in the stream
      readonly shape: readonly bigint[];
      readonly dtype: PickleValue;
      readonly hasPadding: boolean; // a length byte and as many bytes before the numbers
    }
  | { readonly kind: 'side-file'; readonly name: string } // joblib 0.9 and before
  | { readonly kind: 'not-understood'; readonly why: string };

/** Also vendored ones, as scikit-learn had. */
const WRAPPER = /^(?:[\w.]+\.)?_?joblib\.numpy_pickle(?:_compat)?\.(Z?NDArrayWrapper|NumpyArrayWrapper)$/;
/** The parameters of `NumpyArrayWrapper`, in order; a call may give them instead of a state. */
const PARAMETERS = ['subclass', 'shape', 'order', 'dtype', 'allow_mmap', 'numpy_array_alignment_bytes'];
const MAX_SIZE = 2n ** 63n;
const MAX_DIMENSIONS = 64;

type BuildEvent = Extract<PickleEvent, { readonly kind: 'build' }>;

/**
 * Says whether a BUILD completes a wrapper, at which joblib takes over the stream.
 *
 * @see joblib/numpy_pickle.py, `NumpyUnpickler.load_build`
 */
export function readWrapper(event: BuildEvent, events: readonly PickleEvent[]): ArrayWrapper | undefined {
  if (event.target.kind !== 'result') return undefined;
  const call = events[event.target.event];
  if (call?.kind !== 'call') return undefined;
  const { className, args } = classOf(call);
  if (className === undefined) return undefined;
  if (className !== 'NumpyArrayWrapper') return readSideFile(event.state);
  const field = (name: string) => entryOf(event.state, name) ?? args[PARAMETERS.indexOf(name)];
  const shape = readShape(field('shape'));
  const dtype = field('dtype');
  if (shape === undefined || dtype === undefined) {
    return { kind: 'not-understood', why: 'its shape or dtype is not plain' };
  }
  const alignment = field('numpy_array_alignment_bytes');
  return { kind: 'numbers', shape, dtype, hasPadding: alignment !== undefined && alignment.kind !== 'none' };
}

/** Protocols 0 and 1 go through `copyreg._reconstructor(class, object, None)`. */
function classOf(call: Extract<PickleEvent, { readonly kind: 'call' }>): {
  className: string | undefined;
  args: readonly PickleValue[];
} {
  const callee = globalOf(call.callee);
  const isReconstructor = callee === 'copyreg._reconstructor' || callee === 'copy_reg._reconstructor';
  const name = isReconstructor ? globalOf(call.args[0]) : callee;
  const className = name === undefined ? undefined : WRAPPER.exec(name)?.[1];
  return { className, args: isReconstructor ? [] : call.args };
}

function readSideFile(state: PickleValue): ArrayWrapper {
  const name = textOf(entryOf(state, 'filename'));
  return name === undefined
    ? { kind: 'not-understood', why: 'the name of its file is not plain' }
    : { kind: 'side-file', name };
}

function readShape(value: PickleValue | undefined): readonly bigint[] | undefined {
  const items = itemsOf(value);
  if (items === undefined || items.length > MAX_DIMENSIONS) return undefined;
  const sizes = items.flatMap((item) =>
    item.kind === 'int' && item.value >= 0n && item.value < MAX_SIZE ? [item.value] : [],
  );
  return sizes.length === items.length ? sizes : undefined;
}
