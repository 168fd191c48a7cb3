import { describe, expect, it } from 'vitest';
import { parseDtype } from './dtype.ts';
import { parsePythonLiteral } from './python-literal.ts';

const parse = (descr: string) => parseDtype(parsePythonLiteral(descr, 0));

describe('a dtype', () => {
  // descr as numpy.lib.format.dtype_to_descr writes it, itemsize, hasobject: as NumPy 2.4 says.
  it.each<[string, bigint, boolean]>([
    ["'<f8'", 8n, false],
    ["'|b1'", 1n, false],
    ["'>i2'", 2n, false],
    ["'<c16'", 16n, false],
    ["'<U5'", 20n, false],
    ["'|S5'", 5n, false],
    ["'|V7'", 7n, false],
    ["'<M8[ns]'", 8n, false],
    ["'<m8[25ns]'", 8n, false],
    ["'|O'", 8n, true],
    ["[('a', '<i4'), ('b', '<f8', (2, 3))]", 52n, false],
    ["[('a', [('b', '|u1'), ('c', '|O')], (2,))]", 18n, true],
    ["[(('title', 'a'), '<i4'), ('', '|V4')]", 8n, false],
    ["('<f4', (3, 4))", 48n, false],
    ['[]', 0n, false],
  ])('%s has its size and says whether it holds objects', (descr, itemBytes, hasObject) => {
    expect(parse(descr)).toEqual({ itemBytes, hasObject });
  });

  it.each([
    "'object'",
    "'O,f4'",
    "'float64'",
    "'(2,3)f4'",
    "'f'",
    '{}',
    '1',
    'None',
    "[('a',)]",
    "('<f4', -1)",
  ])('does not guess at %s', (descr) => {
    expect(parse(descr)).toBeUndefined();
  });
});
