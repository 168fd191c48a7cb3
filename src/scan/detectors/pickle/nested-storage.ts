/**
 * Whether bytes are what PyTorch writes for one storage inside a plain pickle (`torch.storage._load_from_bytes`):
 * five pickles (magic number, version, system, one persistent id, keys), then numbers.
 *
 * Only opcodes that build plain values are accepted, and one GLOBAL that names a storage class, so whatever the
 * bytes hold, loading them cannot call anything else.
 *
 * @see torch.serialization._legacy_save
 */
export function isPlainStorage(bytes: Uint8Array): boolean {
  if (!MAGIC.every((byte, at) => bytes[at] === byte)) return false;
  let at: number | undefined = MAGIC.length;
  for (let pickle = 1; pickle < 5 && at !== undefined; pickle += 1) at = skipPlainPickle(bytes, at);
  return at !== undefined;
}

/** PROTO 2, LONG1 of ten bytes 0x1950a86a20f9469cfc6c, STOP. */
const MAGIC = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

/** Honest headers have some forty opcodes each. */
const MAX_OPS = 4096;

/** Operand bytes of the opcodes that only push, store or gather plain values. */
const OPERAND_BYTES: ReadonlyMap<number, number> = new Map([
  [0x80, 1], // PROTO
  [0x4a, 4], // BININT
  [0x4b, 1], // BININT1
  [0x4d, 2], // BININT2
  [0x4e, 0], // NONE
  [0x88, 0], // NEWTRUE
  [0x89, 0], // NEWFALSE
  [0x7d, 0], // EMPTY_DICT
  [0x5d, 0], // EMPTY_LIST
  [0x29, 0], // EMPTY_TUPLE
  [0x28, 0], // MARK
  [0x74, 0], // TUPLE
  [0x85, 0], // TUPLE1
  [0x86, 0], // TUPLE2
  [0x87, 0], // TUPLE3
  [0x71, 1], // BINPUT
  [0x72, 4], // LONG_BINPUT
  [0x68, 1], // BINGET
  [0x6a, 4], // LONG_BINGET
  [0x73, 0], // SETITEM
  [0x75, 0], // SETITEMS
  [0x61, 0], // APPEND
  [0x65, 0], // APPENDS
  [0x51, 0], // BINPERSID
]);

/** Opcodes with a length before their operand, and the size of that length. */
const COUNTED: ReadonlyMap<number, number> = new Map([
  [0x58, 4], // BINUNICODE
  [0x55, 1], // SHORT_BINSTRING
  [0x8a, 1], // LONG1
]);

const STORAGE =
  /^ctorch(?:\.cuda)?\n(?:Float|Double|Half|BFloat16|Long|Int|Short|Char|Byte|Bool|ComplexFloat|ComplexDouble|QInt8|QUInt8|QInt32|Untyped)Storage\n/;

/** Gives the offset after STOP, or nothing for anything that is not plain. */
function skipPlainPickle(bytes: Uint8Array, start: number): number | undefined {
  let at = start;
  for (let count = 0; count < MAX_OPS && at < bytes.length; count += 1) {
    const op = bytes[at] ?? 0;
    if (op === 0x2e) return at + 1;
    const fixed = OPERAND_BYTES.get(op);
    const counted = COUNTED.get(op);
    if (fixed !== undefined) at += 1 + fixed;
    else if (counted !== undefined) {
      const length =
        counted === 1
          ? bytes[at + 1]
          : new DataView(bytes.buffer, bytes.byteOffset).getUint32(Math.min(at + 1, bytes.length - 4), true);
      if (length === undefined || at + 1 + counted + length > bytes.length) return undefined;
      at += 1 + counted + length;
    } else {
      const named = STORAGE.exec(Buffer.from(bytes.subarray(at, at + 64)).toString('latin1'));
      if (named === null) return undefined;
      at += named[0].length;
    }
  }
  return undefined;
}
