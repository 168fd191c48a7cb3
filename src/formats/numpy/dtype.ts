import type { PythonLiteral } from './python-literal.ts';

/** What the header's `descr` makes of one element. */
export interface NumpyDtype {
  readonly itemBytes: bigint;
  readonly hasObject: boolean; // elements are Python objects: a pickle follows instead of plain numbers
}

/** Byte order, kind, size, unit of dates. Other names that NumPy takes (`float64`, `f4,f8`) it never writes. */
const TYPE_STRING = /^[<>=|]?([?biufcmMSaUVO])([0-9]{0,9})(?:\[[0-9A-Za-z/]{1,16}\])?$/;
const UNIT_BYTES: Readonly<Record<string, bigint>> = { U: 4n };

/**
 * Size and kind of a dtype as `numpy.lib.format` writes it: a type string, a list of fields
 * `(name, descr[, shape])`, or a sub-array `(descr, shape)`.
 *
 * @returns nothing when it is none of these
 */
export function parseDtype(descr: PythonLiteral): NumpyDtype | undefined {
  if (typeof descr === 'string') return parseTypeString(descr);
  if (descr === null || typeof descr !== 'object') return undefined;
  if (descr.kind === 'tuple') return parseSubArray(descr.items[0], descr.items[1], descr.items.length);
  if (descr.kind === 'dict') return undefined;
  let itemBytes = 0n;
  let hasObject = false;
  for (const field of descr.items) {
    const dtype = parseField(field);
    if (dtype === undefined) return undefined;
    itemBytes += dtype.itemBytes;
    hasObject ||= dtype.hasObject;
  }
  return { itemBytes, hasObject };
}

/** NumPy's own limit, and what `npy_intp` holds: the product of more would be a number of megabytes. */
const MAX_DIMENSIONS = 64;
const MAX_SIZE = 2n ** 63n;

/** The sizes of a shape, none negative. */
export function parseShape(shape: PythonLiteral | undefined): readonly bigint[] | undefined {
  if (isSize(shape)) return [shape];
  if (typeof shape !== 'object' || shape === null || shape.kind !== 'tuple') return undefined;
  const sizes = shape.items.filter(isSize);
  return sizes.length === shape.items.length && sizes.length <= MAX_DIMENSIONS ? sizes : undefined;
}

function isSize(value: PythonLiteral | undefined): value is bigint {
  return typeof value === 'bigint' && value >= 0n && value < MAX_SIZE;
}

function parseTypeString(text: string): NumpyDtype | undefined {
  const [, kind, digits] = TYPE_STRING.exec(text) ?? [];
  if (kind === undefined || digits === undefined) return undefined;
  if (kind === 'O') return { itemBytes: 8n, hasObject: true };
  if (kind === '?') return { itemBytes: 1n, hasObject: false };
  if (digits === '') return undefined;
  return { itemBytes: BigInt(digits) * (UNIT_BYTES[kind] ?? 1n), hasObject: false };
}

function parseField(field: PythonLiteral): NumpyDtype | undefined {
  if (typeof field !== 'object' || field === null || field.kind !== 'tuple') return undefined;
  const [, descr, shape] = field.items;
  if (descr === undefined || field.items.length > 3) return undefined;
  return shape === undefined ? parseDtype(descr) : parseSubArray(descr, shape, 2);
}

function parseSubArray(
  descr: PythonLiteral | undefined,
  shape: PythonLiteral | undefined,
  parts: number,
): NumpyDtype | undefined {
  const dtype = descr === undefined || parts !== 2 ? undefined : parseDtype(descr);
  const sizes = parseShape(shape);
  if (dtype === undefined || sizes === undefined) return undefined;
  return { ...dtype, itemBytes: sizes.reduce((product, size) => product * size, dtype.itemBytes) };
}
