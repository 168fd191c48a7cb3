import { MAX_FAR_MEMO_SLOTS, MAX_MEMO_SLOTS } from './limits.ts';
import type { Value } from './values.ts';

/** An index so far past the end of the others goes into a map. */
const MAX_GAP = 4096;

/** The unpickler's memo: numbered slots, mostly dense. */
export interface Memo {
  readonly dense: (Value | undefined)[];
  readonly far: Map<number | bigint, Value>;
  count: number; // distinct slots that hold something; MEMOIZE writes to this index
  /** What one Unpickler that loaded all pickles of the file so far would hold. */
  readonly carried: CarriedMemo | undefined;
  /** Text taken from a slot that holds other text in `carried`, with that text. */
  readonly ambiguous: Map<Value, Value>;
}

/** The memo of an Unpickler object whose `load` is called again and again: it is never emptied. */
export interface CarriedMemo {
  readonly slots: Map<number | bigint, Value>;
}

export function createMemo(carried: CarriedMemo | undefined): Memo {
  return { dense: [], far: new Map(), count: 0, carried, ambiguous: new Map() };
}

/** What an Unpickler carries over from its first pickle. */
export function toCarried({ dense, far }: Memo): CarriedMemo {
  const slots = new Map<number | bigint, Value>(far);
  for (const [index, value] of dense.entries()) if (value !== undefined) slots.set(index, value);
  return { slots };
}

export function memoGet(memo: Memo, index: number | bigint): Value | undefined {
  return (typeof index === 'number' ? memo.dense[index] : undefined) ?? memo.far.get(index);
}

/** Fills a slot; false when there are too many. */
export function memoPut(memo: Memo, index: number | bigint, value: Value): boolean {
  memo.carried?.slots.set(index, value);
  return putOwn(memo, index, value);
}

/** MEMOIZE: the slot after all others by count, which is another one for an Unpickler that carries its memo. */
export function memoize(memo: Memo, value: Value): boolean {
  memo.carried?.slots.set(memo.carried.slots.size, value);
  return putOwn(memo, memo.count, value);
}

function putOwn(memo: Memo, index: number | bigint, value: Value): boolean {
  const { dense, far } = memo;
  if (typeof index === 'number' && index < dense.length + MAX_GAP) {
    if (index >= MAX_MEMO_SLOTS) return false;
    while (dense.length < index) dense.push(undefined);
    if (dense[index] === undefined && !far.delete(index)) memo.count += 1;
    dense[index] = value;
    return true;
  }
  if (!far.has(index)) memo.count += 1;
  far.set(index, value);
  return far.size <= MAX_FAR_MEMO_SLOTS;
}
