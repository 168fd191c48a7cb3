import type { PickleReader } from './document.ts';

/** What the readers make of a number written as text. */
export interface TextNumber<T> {
  /** `undefined` when it is too long to convert in linear time: known to be a number, not which. */
  readonly value: T | undefined;
  readonly rejectedBy: readonly PickleReader[];
}

/** CPython 3.11 and later refuse more decimal digits, as converting them takes quadratic time; older ones go on. */
const MAX_DECIMAL_DIGITS = 4300;
/** A longer line is not looked at closely. */
const MAX_LINE = 16_384;

const SPACE = '[ \\t\\v\\f\\r\\n]*';
const DECIMAL = '[0-9]+(?:_[0-9]+)*';
const BASE_10 = new RegExp(`^${SPACE}([+-]?)(${DECIMAL})${SPACE}$`);
const BASE_0 = new RegExp(
  `^${SPACE}([+-]?)(0[xX]_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0[oO]_?[0-7]+(?:_[0-7]+)*|0[bB]_?[01]+(?:_[01]+)*` +
    `|0+(?:_0+)*|[1-9][0-9]*(?:_[0-9]+)*)${SPACE}$`,
);
const STRTOL = /^[ \t\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/;
const LONG_MAX = 2n ** 63n - 1n;
const C_FLOAT = /^[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf(?:inity)?|nan)$/i;
const PYTHON_FLOAT = new RegExp(
  `^${SPACE}([+-]?(?:(?:${DECIMAL}(?:\\.(?:${DECIMAL})?)?|\\.${DECIMAL})(?:[eE][+-]?${DECIMAL})?|inf(?:inity)?|nan))${SPACE}$`,
  'i',
);

/**
 * The operand of INT. C reads it with `strtol`, base 0 (so `010` is 8 and a NUL ends it), then as Python does;
 * `pickle.py` with `int(text, 0)`; a listing with `int(text)`.
 *
 * @param line the line without its newline, one character a byte
 * @returns nothing when neither unpickler takes it
 */
export function parseIntOperand(line: string): TextNumber<bigint | boolean> | undefined {
  if (line === '00' || line === '01') return { value: line === '01', rejectedBy: [] };
  const plain = toPlainInteger(line);
  if (plain !== undefined) return plain;
  if (isTooLong(line)) return TOO_LONG;
  const c = parseStrtol(untilNul(line), line.length) ?? parsePython(untilNul(line), BASE_0);
  const python = parsePython(line, BASE_0);
  return combine(c, python, parsePython(line, BASE_10));
}

/** The operand of LONG: as INT without `strtol`, and with an `L` at its end that is dropped. */
export function parseLongOperand(line: string): TextNumber<bigint> | undefined {
  const digits = line.endsWith('L') ? line.slice(0, -1) : line;
  const plain = toPlainInteger(digits);
  if (plain !== undefined) return plain;
  if (isTooLong(line)) return TOO_LONG;
  return combine(
    parsePython(untilNul(digits), BASE_0),
    parsePython(digits, BASE_0),
    parsePython(digits, BASE_10),
  );
}

/** The operand of GET and PUT: decimal. */
export function parseIndexOperand(line: string): TextNumber<bigint> | undefined {
  const plain = toPlainInteger(line);
  if (plain !== undefined) return plain;
  if (isTooLong(line)) return TOO_LONG;
  const python = parsePython(line, BASE_10);
  return combine(parsePython(untilNul(line), BASE_10), python, python);
}

/** The operand of FLOAT. C takes no spaces, underscores or values out of range; Python takes no NUL. */
export function parseFloatOperand(line: string): TextNumber<number> | undefined {
  if (line.length <= MAX_PLAIN_FLOAT && PLAIN_FLOAT.test(line))
    return { value: Number(line), rejectedBy: NOBODY };
  if (line.length > MAX_LINE) return TOO_LONG;
  const cText = untilNul(line);
  const cValue = C_FLOAT.test(cText) ? toFloat(cText) : undefined;
  const isOverflow = cValue !== undefined && !Number.isFinite(cValue) && !/[in]/i.test(cText);
  const c = cValue === undefined || isOverflow ? undefined : { value: cValue };
  const pythonText = PYTHON_FLOAT.exec(line)?.[1];
  const python = pythonText === undefined ? undefined : { value: toFloat(pythonText.replaceAll('_', '')) };
  return combine(c, python, python);
}

interface Parsed<T> {
  readonly value: T;
}

const TOO_LONG: TextNumber<never> = { value: undefined, rejectedBy: ['c', 'python', 'listing'] };

function combine<T>(
  c: Parsed<T> | undefined,
  python: Parsed<T> | undefined,
  listing: Parsed<T> | undefined,
): TextNumber<T> | undefined {
  const parsed = c ?? python;
  if (parsed === undefined) return undefined;
  const rejectedBy: PickleReader[] = [];
  if (c === undefined) rejectedBy.push('c');
  if (python === undefined) rejectedBy.push('python');
  // A listing that reads another number than the loader is as wrong as one that stops.
  if (listing === undefined || listing.value !== parsed.value) rejectedBy.push('listing');
  return { value: parsed.value, rejectedBy };
}

const NOBODY: readonly PickleReader[] = [];
/** As `repr` writes a float, short of those that could be out of range. */
const PLAIN_FLOAT = /^-?[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]{1,2})?$/;
const MAX_PLAIN_FLOAT = 24;
const PLAIN = /^(?:0|-?[1-9][0-9]{0,14})$/;

function toPlainInteger(line: string): TextNumber<bigint> | undefined {
  return line.length <= 16 && PLAIN.test(line) ? { value: BigInt(line), rejectedBy: NOBODY } : undefined;
}

function isTooLong(line: string): boolean {
  if (line.length <= MAX_DECIMAL_DIGITS) return false;
  if (line.length > MAX_LINE) return true;
  const digits = /^[ \t\v\f\r]*[+-]?([0-9_]+)/.exec(line)?.[1] ?? '';
  return digits.replaceAll('_', '').length > MAX_DECIMAL_DIGITS;
}

function untilNul(line: string): string {
  const end = line.indexOf('\0');
  return end < 0 ? line : line.slice(0, end);
}

/** @param lineLength two bytes that come to 0 or 1 are a bool, however they are written */
function parseStrtol(text: string, lineLength: number): Parsed<bigint | boolean> | undefined {
  // Nothing before a NUL: `strtol` converts nothing, stops on the NUL, and that counts as success.
  const [, sign, digits] = text === '' && lineLength > 0 ? ['', '', '0'] : (STRTOL.exec(text) ?? []);
  if (digits === undefined) return undefined;
  const isOctal = /^0[0-7]/.test(digits);
  const magnitude = BigInt(isOctal ? `0o${digits}` : digits);
  if (magnitude > (sign === '-' ? LONG_MAX + 1n : LONG_MAX)) return undefined;
  const value = sign === '-' ? -magnitude : magnitude;
  return { value: lineLength === 2 && (value === 0n || value === 1n) ? value === 1n : value };
}

function parsePython(text: string, pattern: RegExp): Parsed<bigint> | undefined {
  const [, sign, written] = pattern.exec(text) ?? [];
  if (written === undefined) return undefined;
  const magnitude = BigInt(written.replaceAll('_', ''));
  return { value: sign === '-' ? -magnitude : magnitude };
}

function toFloat(text: string): number {
  const isNegative = text.startsWith('-');
  const bare = text.replace(/^[+-]/, '');
  const magnitude = /^i/i.test(bare)
    ? Number.POSITIVE_INFINITY
    : /^n/i.test(bare)
      ? Number.NaN
      : Number(bare);
  return isNegative ? -magnitude : magnitude;
}
