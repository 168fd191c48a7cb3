import type { Cursor } from '#bytes';
import { FormatError } from '../format-error.ts';
import { parseDtype, parseShape } from './dtype.ts';
import { type PythonLiteral, parsePythonLiteral } from './python-literal.ts';

export const NUMPY_MAGIC = Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]);
/** NumPy itself refuses more than 10,000 characters unless told to; records of many fields need more. */
const MAX_HEADER_BYTES = 1024 * 1024;

export interface ArrayHeader {
  readonly dataOffset: number;
  readonly dataBytes: bigint; // shape × item size; of an object array it means nothing
  readonly hasObject: boolean;
  readonly shape: readonly bigint[];
}

/** A header that NumPy may read otherwise than we do. */
export interface OddHeader {
  readonly dataOffset: number;
  readonly oddity: 'header-expression' | 'header-fields' | 'unknown-dtype';
  readonly detail: string;
}

/**
 * Reads the magic, version and header of one array; the cursor stands at its first byte.
 *
 * @throws {FormatError} `bad-magic`, `inconsistent`, `limit-exceeded`
 * @throws {BytesError} `truncated`
 * @see numpy/lib/format.py, "Format Version 1.0" to "3.0"
 */
export async function readArrayHeader(cursor: Cursor): Promise<ArrayHeader | OddHeader> {
  const startOffset = cursor.position;
  await cursor.ensure(12);
  if (!cursor.startsWith(NUMPY_MAGIC)) throw new FormatError('bad-magic', startOffset, 'expected \\x93NUMPY');
  cursor.skip(NUMPY_MAGIC.length, 'magic');
  const major = cursor.u8('major version');
  const minor = cursor.u8('minor version');
  if (major < 1 || major > 3 || minor !== 0) {
    throw new FormatError('inconsistent', startOffset + 6, `version ${major}.${minor} of the array format`);
  }
  const length = cursor.count('header length', MAX_HEADER_BYTES, major === 1 ? 'u16' : 'u32');
  const textOffset = cursor.position;
  const bytes = await cursor.readBytes(length, 'header');
  const text = Buffer.from(bytes).toString(major === 3 ? 'utf8' : 'latin1');
  return interpret(text, textOffset, cursor.position);
}

function interpret(text: string, textOffset: number, dataOffset: number): ArrayHeader | OddHeader {
  const odd = (oddity: OddHeader['oddity'], detail: string): OddHeader => ({ dataOffset, oddity, detail });
  let header: PythonLiteral;
  try {
    header = parsePythonLiteral(text, textOffset);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return odd('header-expression', error.message);
  }
  const fields = fieldsOf(header);
  const shape = parseShape(fields?.get('shape'));
  const descr = fields?.get('descr');
  if (fields === undefined || shape === undefined || descr === undefined) {
    return odd('header-fields', 'expected exactly descr, fortran_order and shape');
  }
  const dtype = parseDtype(descr);
  if (dtype === undefined) return odd('unknown-dtype', 'a dtype that NumPy does not write');
  const dataBytes = shape.reduce((product, size) => product * size, dtype.itemBytes);
  return { dataOffset, dataBytes, hasObject: dtype.hasObject, shape };
}

/** The three fields, each once and of its type; NumPy refuses any other header. */
function fieldsOf(header: PythonLiteral): ReadonlyMap<string, PythonLiteral> | undefined {
  if (typeof header !== 'object' || header === null || header.kind !== 'dict') return undefined;
  const fields = new Map<string, PythonLiteral>();
  for (const [key, value] of header.entries) {
    if (typeof key !== 'string' || fields.has(key)) return undefined;
    fields.set(key, value);
  }
  const isRight =
    fields.size === 3 && typeof fields.get('fortran_order') === 'boolean' && fields.has('descr');
  return isRight ? fields : undefined;
}
