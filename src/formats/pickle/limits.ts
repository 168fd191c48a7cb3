/** Bytes kept of one string, bytes object or line. */
export const MAX_KEPT_BYTES = 64 * 1024;

/** Items kept of one list, set or dict; more are counted. Honest vocabularies are larger, and only data. */
export const MAX_ITEMS = 65_536;

/** A tuple or a list of protocol 0 is built from the stack: so many items at most, 8 bytes each here. */
export const MAX_STACK = 4_194_304;

/** Slots of the memo. One a value in honest files; far indices cost more than dense ones. */
export const MAX_MEMO_SLOTS = 8_388_608;
export const MAX_FAR_MEMO_SLOTS = 262_144;

/** From this estimate of memory on, plain numbers and long text are dropped as they come. */
export const LEAN_WEIGHT_BYTES = 96 * 1024 * 1024;

/** At this estimate a program ends. */
export const MAX_WEIGHT_BYTES = 224 * 1024 * 1024;

/** An integer of more bytes is no name and no small number: not converted. */
export const MAX_LONG_BYTES = 4096;

/** Grown to this, a window is not grown further to find the end of a line: the file is searched instead. */
export const MAX_LINE_WINDOW_BYTES = 256 * 1024;

/** Opcodes between two looks at the clock. */
export const OPS_PER_CHECK = 8192;
