import { FormatError } from '../format-error.ts';
import type { Operator } from './format.ts';

/** Blanks and comments, strings, numbers, names, dots, a quote without its pair, other characters. */
const TOKEN =
  /(\s+|#[^\n]*|\\\r?\n)|[bru]{0,2}(?:"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|\.?[0-9][\w.]*|([A-Za-z_]\w*)|(\.)|(["'])|[^\s#"'\w.\\]+|[\s\S]/y;
/** An archive that uses more names than PyTorch has is none of PyTorch's. */
const MAX_OPERATORS = 10_000;

/**
 * Gathers the operators that TorchScript source names. `torch.relu` is `aten::relu`, `ops.ns.name` is `ns::name`, and
 * `__torch__.torch.classes.ns.Name` a class of a C++ library.
 *
 * @throws {FormatError} `inconsistent` where a string has no end, `limit-exceeded`
 * @see torch/csrc/jit/serialization/import_source.cpp
 */
export function readOperators(text: string, checkDeadline: () => void): readonly Operator[] {
  const found = new Map<string, number>();
  const pattern = new RegExp(TOKEN);
  let chain: string[] = []; // of a dotted name: blanks and comments may stand between its parts
  let chainOffset = 0;
  let hasDot = false;
  const endChain = () => {
    const name = operatorOf(chain);
    if (name !== undefined && !found.has(name)) found.set(name, chainOffset);
    chain = [];
  };
  while (pattern.lastIndex < text.length) {
    checkDeadline();
    const at = pattern.lastIndex;
    const [, blank, name, dot, quote] = pattern.exec(text) ?? [];
    if (quote !== undefined) throw new FormatError('inconsistent', at, 'a string without end');
    if (blank !== undefined) continue;
    if (name !== undefined && !hasDot) {
      endChain();
      chainOffset = at;
    }
    if (name !== undefined) chain.push(name);
    else if (dot === undefined) endChain();
    hasDot = dot !== undefined && chain.length > 0;
    if (found.size > MAX_OPERATORS) {
      throw new FormatError('limit-exceeded', at, `more than ${MAX_OPERATORS} operators`);
    }
  }
  endChain();
  return [...found].map(([name, offset]) => ({ name, offset }));
}

function operatorOf([head, second, ...rest]: readonly string[]): string | undefined {
  if (head === 'torch' && second === 'classes') return `classes::${rest.join('.')}`;
  if (head === '__torch__' && second === 'torch' && rest[0] === 'classes') {
    return `classes::${rest.slice(1).join('.')}`;
  }
  if (head === 'torch' && second === 'ops') return `${rest[0] ?? '*'}::${rest.slice(1).join('.') || '*'}`;
  // A bare `torch` or `ops` is one that is given another name: `*` stands for all that it holds.
  if (head === 'torch') return `aten::${second === undefined ? '*' : [second, ...rest].join('.')}`;
  if (head === 'ops') return `${second ?? '*'}::${rest.join('.') || '*'}`;
  return undefined;
}
