import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../format-error.ts';
import { readOperators } from './read-operators.ts';

const names = (text: string) => readOperators(text, () => {}).map(({ name }) => name);

describe('operators of TorchScript', () => {
  it('are found past blanks, comments and lines', () => {
    expect(names("a = torch. # note\n  from_file('x')")).toEqual(['aten::from_file']);
    expect(names('ops . image\\\n .read_file(x)')).toEqual(['image::read_file']);
    expect(names('__torch__.torch.classes.lib.Thing(x)')).toEqual(['classes::lib.Thing']);
    expect(names('torch.ops.lib.run(x)')).toEqual(['lib::run']);
  });

  it('are not found in strings, comments, attributes and numbers', () => {
    expect(
      names('"torch.save(x)" # torch.load\nself.torch.save(x); l.ops.a.b; 1.5; _0 = (l).forward(x, )'),
    ).toEqual([]);
  });

  it('are unknown where their home gets another name', () => {
    expect(names('t = torch\nt.from_file(x)')).toEqual(['aten::*']);
    expect(names('o = ops.lib')).toEqual(['lib::*']);
    expect(names('getattr(ops, "lib")')).toEqual(['*::*']);
  });

  it('are each named once, at their first place', () => {
    expect(readOperators('torch.relu(x)\ntorch.relu(y)', () => {})).toEqual([
      { name: 'aten::relu', offset: 0 },
    ]);
  });

  it('survive any text', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('torch', 'ops', '.', '"', "'", '\\', '\n', '#', ' ', 'x', '1', '('),
        }),
        (text) => {
          try {
            names(text);
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        },
      ),
    );
  });
});
