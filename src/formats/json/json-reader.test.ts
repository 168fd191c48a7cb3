import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../format-error.ts';
import { JsonReader } from './json-reader.ts';

/** Builds the value again from the events, as JSON.parse would. */
function readInPieces(text: string, cuts: readonly number[]): unknown {
  const roots: unknown[] = [];
  const open: { container: unknown[] | Map<string, unknown>; key: string }[] = [];
  const put = (value: unknown) => {
    const top = open.at(-1);
    if (top === undefined) roots.push(value);
    else if (Array.isArray(top.container)) top.container.push(value);
    else top.container.set(top.key, value);
  };
  const close = () => {
    const container = open.pop()?.container;
    put(container instanceof Map ? Object.fromEntries(container) : container);
  };
  const reader: JsonReader = new JsonReader({
    startObject: () => open.push({ container: new Map(), key: '' }),
    startArray: () => open.push({ container: [], key: '' }),
    endObject: close,
    endArray: close,
    key() {
      const top = open.at(-1);
      if (top !== undefined) top.key = reader.text;
    },
    string: () => put(reader.text),
    bare: () => put(JSON.parse(reader.text)),
  });
  const bytes = Buffer.from(text);
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length].sort((a, b) => a - b);
  for (const [index, place] of places.entries())
    reader.push(bytes.subarray(place, places[index + 1] ?? place));
  reader.end();
  return roots.length === 1 ? roots[0] : roots;
}

describe('the JSON reader', () => {
  const pieces = fc.array(fc.nat(), { maxLength: 12 });

  it('reads what JSON.parse reads, however the text is cut', () => {
    fc.assert(
      fc.property(fc.jsonValue(), pieces, fc.constantFrom(0, 1, '\t'), (value, cuts, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(readInPieces(text, cuts)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('takes and refuses the same texts as JSON.parse', () => {
    const tokens = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\n"',
      '"\\u00e9"',
      '"\\x"',
      '"\\u12"',
      '1',
      '-0',
      '01',
      '1.',
      '.5',
      '1e5',
      '1e',
      '-',
      'true',
      'nul',
      'null',
      ' ',
      '\n',
      '"',
      'é',
      '\u0001',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...tokens), { minLength: 1, maxLength: 9 }),
        pieces,
        (parts, cuts) => {
          const text = parts.join('');
          const isOurs = accepts(() => readInPieces(`[${text}]`, cuts)) && !isSeveral(`[${text}]`);
          expect([text, isOurs]).toEqual([text, accepts(() => JSON.parse(`[${text}]`))]);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('keeps the first 64 KiB of a longer string and says so', () => {
    const seen: unknown[] = [];
    const reader: JsonReader = new JsonReader({
      string: () => seen.push([reader.text.length, reader.lengthBytes, reader.isCut, reader.offset]),
    });
    reader.push(Buffer.from(`["${'a'.repeat(70_000)}"]`));
    reader.end();
    expect(seen).toEqual([[65_536, 70_000, true, 1]]);
  });

  it('takes the words that Python writes, several values, and no more than 1,000 levels', () => {
    const take = (text: string) => {
      const reader = new JsonReader({});
      reader.push(Buffer.from(text));
      reader.end();
      return reader.rootValues;
    };
    expect(take('[NaN, Infinity, -Infinity]')).toBe(1);
    expect(take('{}\n{}\n[]')).toBe(3);
    expect(take('['.repeat(1_000) + ']'.repeat(1_000))).toBe(1);
    expect(() => take('['.repeat(1_001))).toThrow(FormatError);
  });
});

function accepts(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof FormatError || error instanceof SyntaxError) return false;
    throw error;
  }
}

/** JSON.parse takes one value, the reader any number of them. */
function isSeveral(text: string): boolean {
  const reader = new JsonReader({});
  reader.push(Buffer.from(text));
  return reader.rootValues > 1;
}
