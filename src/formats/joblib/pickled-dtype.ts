import { type NumpyDtype, parseDtype } from '../numpy/dtype.ts';
import type { PickleEvent, PickleValue } from '../pickle/document.ts';
import { globalOf, itemsOf, textOf, wholeOf } from '../pickled-value.ts';

/** A dtype's BUILD follows its call, after those of the fields of a record. */
const MAX_DISTANCE = 4_096;
/** Records in records. */
const MAX_DEPTH = 16;
/** `NPY_ITEM_REFCOUNT`: the elements are Python objects. */
const FLAG_HAS_OBJECT = 1;

/** Places in the state tuple of `dtype.__reduce__`. */
const SUBDTYPE = 2;
const FIELDS = 4;
const ITEM_SIZE = 5;
const FLAGS = 7;

/** Looks up dtypes among the events of one program; each is read once. */
export class PickledDtypes {
  readonly #known = new Map<number, NumpyDtype | undefined>();

  /**
   * Size and kind of a dtype that a pickle built by `numpy.dtype(text, align, copy)` and one state.
   *
   * @returns nothing when it was built otherwise
   */
  read(value: PickleValue, events: readonly PickleEvent[], depth = 0): NumpyDtype | undefined {
    if (value.kind !== 'result' || depth > MAX_DEPTH) return undefined;
    if (this.#known.has(value.event)) return this.#known.get(value.event);
    const dtype = this.#build(value.event, events, depth);
    this.#known.set(value.event, dtype);
    return dtype;
  }

  #build(index: number, events: readonly PickleEvent[], depth: number): NumpyDtype | undefined {
    const call = events[index];
    if (call?.kind !== 'call' || globalOf(call.callee) !== 'numpy.dtype') return undefined;
    const text = textOf(call.args[0]);
    const named = text === undefined ? undefined : parseDtype(text);
    if (text === undefined || named === undefined) return undefined;
    const state = stateOf(index, events);
    if (state === undefined) return named;
    const parts = itemsOf(state);
    if (parts === undefined) return undefined;
    const inner = this.#readInner(parts, events, depth);
    const flags = wholeOf(parts[FLAGS]) ?? 0;
    const size = wholeOf(parts[ITEM_SIZE]) ?? -1;
    if (inner === undefined) return undefined;
    return {
      // NumPy lets the state set the size of text, bytes and records, and of nothing else.
      itemBytes: size >= 0 && /^[<>=|]?[SaUV]/.test(text) ? BigInt(size) : named.itemBytes,
      hasObject: named.hasObject || inner.hasObject || (flags & FLAG_HAS_OBJECT) !== 0,
    };
  }

  /** Whether the fields of a record, or the elements of a sub-array, hold objects. */
  #readInner(
    parts: readonly PickleValue[],
    events: readonly PickleEvent[],
    depth: number,
  ): { hasObject: boolean } | undefined {
    const inner: (PickleValue | undefined)[] = [];
    const subdtype = parts[SUBDTYPE];
    if (subdtype !== undefined && subdtype.kind !== 'none') inner.push(itemsOf(subdtype)?.[0]);
    const fields = parts[FIELDS];
    if (fields?.kind === 'dict' && fields.omitted === undefined) {
      inner.push(...fields.entries.map(([, field]) => itemsOf(field)?.[0]));
    } else if (fields !== undefined && fields.kind !== 'none') return undefined;
    let hasObject = false;
    for (const value of inner) {
      const dtype = value === undefined ? undefined : this.read(value, events, depth + 1);
      if (dtype === undefined) return undefined;
      hasObject ||= dtype.hasObject;
    }
    return { hasObject };
  }
}

function stateOf(index: number, events: readonly PickleEvent[]): PickleValue | undefined {
  const end = Math.min(events.length, index + MAX_DISTANCE);
  for (let at = index + 1; at < end; at++) {
    const event = events[at];
    if (event?.kind === 'build' && event.target.kind === 'result' && event.target.event === index) {
      return event.state;
    }
  }
  return undefined;
}
