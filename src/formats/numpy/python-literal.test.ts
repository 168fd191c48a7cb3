import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../format-error.ts';
import { type PythonLiteral, parsePythonLiteral } from './python-literal.ts';

function render(value: PythonLiteral): string {
  if (value === null) return 'None';
  if (typeof value === 'bigint') return `${value}`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&')}'`;
  if (value.kind === 'dict')
    return `{${value.entries.map(([k, v]) => `${render(k)}: ${render(v)}`).join(', ')}}`;
  const items = value.items.map(render).join(', ');
  if (value.kind === 'list') return `[${items}]`;
  return value.items.length === 1 ? `(${items},)` : `(${items})`;
}

const { literal } = fc.letrec<{ literal: PythonLiteral }>((tie) => ({
  literal: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<PythonLiteral>(null, true, false),
    fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
    fc.string({ unit: 'grapheme' }).filter((text) => !/[\n\r]/.test(text)),
    fc.record({ kind: fc.constantFrom('tuple', 'list'), items: fc.array(tie('literal'), { maxLength: 3 }) }),
    fc.record({
      kind: fc.constant('dict' as const),
      entries: fc.array(fc.tuple(tie('literal'), tie('literal')), { maxLength: 3 }),
    }),
  ),
}));

describe('the literal parser', () => {
  it('reads what Python writes', () => {
    fc.assert(
      fc.property(literal, (value) => {
        expect(parsePythonLiteral(render(value), 0)).toEqual(value);
      }),
    );
  });

  it('reads what NumPy writes, with Python 2 numbers and a trailing comma', () => {
    const text =
      "{'descr': [('a', '<f8'), (('t', 'b'), '|S3', (2L,))], 'fortran_order': False, 'shape': (3,), }   \n";
    expect(parsePythonLiteral(text, 0)).toMatchObject({
      kind: 'dict',
      entries: [
        [{}, {}],
        [{}, {}],
        ['shape', {}],
      ],
    });
  });

  it.each([
    '__import__("os")',
    '(lambda: 1)()',
    '1+1',
    '[x for x in ()]',
    "b'bytes'",
    "'a' 'b'",
    "f'{1}'",
    '1.5',
    '1e3',
    '0x10',
    'True.real',
    '{**{}}',
    '[*()]',
    '{1}',
    '(1',
    "'open",
    '',
    '1 2',
    "'''a'''",
  ])('refuses %s', (text) => {
    expect(() => parsePythonLiteral(text, 0)).toThrow(FormatError);
  });

  it('bounds depth', () => {
    expect(() => parsePythonLiteral('['.repeat(10_000), 0)).toThrow('nested deeper');
  });
});
