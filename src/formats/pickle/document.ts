import type { FormatDocument } from '../format.ts';

/**
 * A value on the pickle machine's stack, as far as it is known without running anything. The graph may be
 * shared and cyclic (memo): walk it with a visited set and a budget.
 */
export type PickleValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  /** Text; `value` holds at most 64 KiB of it, `lengthBytes` is what the file declares. */
  | { readonly kind: 'str'; readonly value: string; readonly lengthBytes: number }
  /** Bytes or bytearray; `value` holds at most the first 64 KiB. */
  | {
      readonly kind: 'bytes';
      readonly value: Uint8Array;
      readonly lengthBytes: number;
      readonly offset: number;
      readonly mutable?: true; // a bytearray
    }
  /** `omitted` counts further items that were dropped to bound memory. */
  | {
      readonly kind: 'tuple' | 'list' | 'set' | 'frozenset';
      readonly items: readonly PickleValue[];
      readonly omitted?: number;
    }
  /** Entries as they were set, in order: of two with equal keys the later one holds. */
  | {
      readonly kind: 'dict';
      readonly entries: readonly (readonly [PickleValue, PickleValue])[];
      readonly omitted?: number;
    }
  /** The object an import yields. Names as the loader would look them up (after Python 2 name mapping). */
  | { readonly kind: 'global'; readonly module: string; readonly name: string; readonly event: number }
  /** What a call returned; `event` indexes the call in `PickleProgram.events`. */
  | { readonly kind: 'result'; readonly event: number }
  | { readonly kind: 'persistent'; readonly id: PickleValue }
  /** A number in the copyreg extension registry: whatever the loading process registered. */
  | { readonly kind: 'extension'; readonly code: number }
  /** Not known: read from an empty memo slot or stack, out-of-band buffer, or cut by a limit. */
  | { readonly kind: 'unknown'; readonly why: string };

/** What loading would do, in order. `offset` is of the opcode, in bytes from the start of the file. */
export type PickleEvent =
  | {
      readonly kind: 'import';
      readonly offset: number;
      readonly opcode: 'GLOBAL' | 'STACK_GLOBAL' | 'INST' | 'EXT1' | 'EXT2' | 'EXT4';
      /** A `str` when known; anything else when the name is made at run time. */
      readonly module: PickleValue;
      readonly name: PickleValue;
      /** The names in the file, where the loader maps Python 2 names to others (protocol < 3). */
      readonly written?: { readonly module: string; readonly name: string };
      /**
       * Set for a name with dots. `walked`: looked up attribute by attribute (protocol 4 and later). `literal`: as one
       * attribute of that very name, which CPython finds in no ordinary module; other loaders may walk it.
       */
      readonly dots?: 'walked' | 'literal';
      /** The names as one Unpickler that also loaded the pickles before this one would find them in its memo. */
      readonly ifMemoCarried?: { readonly module: PickleValue; readonly name: PickleValue };
    }
  | {
      readonly kind: 'call';
      readonly offset: number;
      readonly opcode: 'REDUCE' | 'INST' | 'OBJ' | 'NEWOBJ' | 'NEWOBJ_EX';
      readonly callee: PickleValue;
      readonly args: readonly PickleValue[];
      /** Set when the arguments are not a tuple that is known item by item. */
      readonly argsValue?: PickleValue;
      readonly kwargs?: PickleValue;
    }
  /** `target.__setstate__(state)`, or an update of its `__dict__` and slots. */
  | {
      readonly kind: 'build';
      readonly offset: number;
      readonly target: PickleValue;
      readonly state: PickleValue;
    }
  /** Items set, appended or added to something that is not a plain dict, list or set: runs its methods. */
  | {
      readonly kind: 'fill';
      readonly offset: number;
      readonly opcode: 'SETITEM' | 'SETITEMS' | 'APPEND' | 'APPENDS' | 'ADDITEMS';
      readonly target: PickleValue;
      readonly items: readonly PickleValue[]; // keys and values in turn for SETITEM(S)
    }
  | { readonly kind: 'persistent-load'; readonly offset: number; readonly id: PickleValue }
  | { readonly kind: 'buffer'; readonly offset: number };

export type PickleEnd =
  | 'stop'
  | 'truncated'
  | 'unknown-opcode'
  | 'bad-argument' // an operand that no unpickler accepts
  | 'stack-underflow'
  | 'bad-memo'
  | 'unhashable-key'
  | 'limit';

/** Something two unpicklers would understand differently, or that honest writers do not make. */
export interface PickleAnomaly {
  readonly code: string; // kebab-case: `frame-size`, `opcode-after-stop`, `memo-overwritten`, …
  readonly offset: number;
  readonly detail: string;
  /** Readers that stop here, while another one goes on and so do we. */
  readonly rejectedBy?: readonly PickleReader[];
}

/**
 * `c`: CPython's accelerated unpickler; `python`: its `pickle.py` (joblib and others build on that one), both with
 * default settings; `listing`: `pickletools`.
 */
export type PickleReader = 'c' | 'python' | 'listing';

/** One run of the machine, from a start to a STOP or to where it breaks. */
export interface PickleProgram {
  readonly startOffset: number;
  readonly endOffset: number; // first byte after it
  readonly protocol: number; // highest PROTO seen, 0 without
  readonly end: PickleEnd;
  readonly endDetail: string; // why it broke; empty after `stop`
  readonly opCount: number;
  readonly events: readonly PickleEvent[];
  readonly result: PickleValue; // top of the stack at STOP, `unknown` otherwise
  readonly anomalies: readonly PickleAnomaly[]; // at most 16 of each code, in order
  /** Set when no loader that calls `load` again and again reaches its start: found by looking for one. */
  readonly reached?: 'search';
  /** Set when STOP stands inside a frame: readers that buffer frames go on after the frame, not after STOP. */
  readonly frameEndOffset?: number;
  /**
   * Set on a second reading of the program before it, with the same start, whose frames lie about their size: what
   * CPython's C unpickler makes of it when it reads from a file. It drops what an operand leaves of a frame that is
   * too short for it.
   */
  readonly reading?: 'stream';
}

export interface PickleDocument extends FormatDocument {
  readonly kind: 'pickle';
  readonly programs: readonly PickleProgram[];
  /** Bytes after the last program that no unpickler would reach by repeated `load`. */
  readonly trailingBytes: number;
}
