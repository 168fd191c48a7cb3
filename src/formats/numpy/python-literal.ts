import { quote } from '#kernel';
import { FormatError } from '../format-error.ts';

/** A Python literal of plain values. */
export type PythonLiteral =
  | string
  | bigint
  | boolean
  | null
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly PythonLiteral[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [PythonLiteral, PythonLiteral])[] };

/** A dtype nests records in records; nobody writes deeper. */
const MAX_DEPTH = 32;
const TOKEN =
  /\s*(?:([[\](){},:])|(-?[0-9]{1,40})L?(?![\w.])|[uU]?('(?:[^'\\\n]|\\['"\\nt])*'|"(?:[^"\\\n]|\\['"\\nt])*")|(True|False|None)\b)/y;

/**
 * Parses dicts, lists, tuples, strings, whole numbers, `True`, `False`, `None`. Never evaluates: whatever else
 * Python's parser would take (calls, operators, comprehensions, bytes, joined strings) is refused.
 *
 * @param baseOffset where the text starts in its file, for errors
 * @throws {FormatError} `inconsistent`, `limit-exceeded`
 */
export function parsePythonLiteral(text: string, baseOffset: number): PythonLiteral {
  const tokens = new Tokens(text, baseOffset);
  const value = parseValue(tokens, 0);
  tokens.expectEnd();
  return value;
}

function parseValue(tokens: Tokens, depth: number): PythonLiteral {
  if (depth > MAX_DEPTH) tokens.fail('limit-exceeded', `nested deeper than ${MAX_DEPTH}`);
  const token = tokens.next();
  if (token.value !== undefined) return token.value;
  if (token.mark === '{') return { kind: 'dict', entries: parseEntries(tokens, depth) };
  if (token.mark === '[') return { kind: 'list', items: parseItems(tokens, ']', depth).items };
  if (token.mark === '(') {
    const { items, commas } = parseItems(tokens, ')', depth);
    const [only] = items;
    // `(x)` is x, `(x,)` is a tuple.
    return items.length === 1 && commas === 0 && only !== undefined ? only : { kind: 'tuple', items };
  }
  return tokens.fail('inconsistent', `unexpected ${quote(token.mark)}`);
}

function parseItems(
  tokens: Tokens,
  close: string,
  depth: number,
): { items: readonly PythonLiteral[]; commas: number } {
  const items: PythonLiteral[] = [];
  for (let commas = 0; ; commas++) {
    if (tokens.take(close)) return { items, commas };
    items.push(parseValue(tokens, depth + 1));
    if (tokens.take(close)) return { items, commas };
    tokens.expect(',');
  }
}

function parseEntries(tokens: Tokens, depth: number): (readonly [PythonLiteral, PythonLiteral])[] {
  const entries: (readonly [PythonLiteral, PythonLiteral])[] = [];
  for (;;) {
    if (tokens.take('}')) return entries;
    const key = parseValue(tokens, depth + 1);
    tokens.expect(':');
    entries.push([key, parseValue(tokens, depth + 1)]);
    if (tokens.take('}')) return entries;
    tokens.expect(',');
  }
}

type Token =
  | { readonly mark: string; readonly value?: undefined }
  | { readonly mark: ''; readonly value: string | bigint | boolean | null };

class Tokens {
  readonly #text: string;
  readonly #baseOffset: number;
  #at = 0;

  constructor(text: string, baseOffset: number) {
    this.#text = text;
    this.#baseOffset = baseOffset;
  }

  next(): Token {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) {
      return this.fail('inconsistent', `no plain literal: ${quote(this.#text.slice(this.#at), 40)}`);
    }
    this.#at = TOKEN.lastIndex;
    const [, mark, digits, text, word] = match;
    if (mark !== undefined) return { mark };
    if (digits !== undefined) return { mark: '', value: BigInt(digits) };
    if (text !== undefined) return { mark: '', value: toPlain(text.slice(1, -1)) };
    return { mark: '', value: word === 'None' ? null : word === 'True' };
  }

  take(mark: string): boolean {
    const start = this.#at;
    const token = this.next();
    if (token.mark === mark) return true;
    this.#at = start;
    return false;
  }

  expect(mark: string): void {
    if (!this.take(mark)) this.fail('inconsistent', `expected ${quote(mark)}`);
  }

  expectEnd(): void {
    if (this.#text.slice(this.#at).trim() !== '') this.fail('inconsistent', 'more after the literal');
  }

  fail(code: 'inconsistent' | 'limit-exceeded', detail: string): never {
    throw new FormatError(code, this.#baseOffset + this.#at, detail);
  }
}

function toPlain(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) =>
    character === 'n' ? '\n' : character === 't' ? '\t' : character,
  );
}
