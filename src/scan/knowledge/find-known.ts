import { canonicalModule } from './canonical-module.ts';
import classes from './known-classes.json' with { type: 'json' };
import { KNOWN_CONSTRUCTORS, type Known } from './known-constructors.ts';

/** A class whose instances are made empty and filled with plain attributes; its constructor only stores. */
const PLAIN_CLASS: Known = {
  call: 'none',
  create: 'none',
  state: 'plain',
  fill: 'dict',
  storable: true,
  attributes: 'methods',
};

/** The same, but nothing is said of its constructor: it is made with `__new__` alone, and never stored. */
const PLAIN_OBJECT: Known = { create: 'none', call: 'none', state: 'plain', fill: 'dict' };
const OUTPUT_OBJECT: Known = { create: 'data', call: 'data', state: 'plain', fill: 'dict' };
// Members are shared by the whole process: no state is written into them.
const ENUM: Known = { call: 'data', create: 'data', storable: true, attributes: 'members' };
const TUPLE: Known = { call: 'data', create: 'data', state: 'plain', storable: true };
const DISTRIBUTION: Known = { create: 'none', state: 'distribution', storable: true, attributes: 'methods' };
const FUNCTION: Known = { storable: true };

const TABLE: ReadonlyMap<string, ReadonlyMap<string, Known>> = buildTable();

/**
 * What is known of an importable name, or nothing. The match is exact: a dotted name is known only when it stands
 * in the table itself, or is a plain method of a class whose methods are.
 */
export function findKnown(module: string, name: string): Known | undefined {
  const names = TABLE.get(canonicalModule(module)) ?? TABLE.get(module);
  const exact = names?.get(name);
  if (exact !== undefined) return exact;
  const constant = findConstant(module, name);
  if (constant !== undefined || names === undefined) return constant;
  const [owner = '', method = '', ...more] = name.split('.');
  const known = more.length === 0 && method !== '' ? names.get(owner) : undefined;
  return known?.attributes === 'methods' && isPlainMethod(method) ? FUNCTION : undefined;
}

/**
 * `pickle` looks for the module of an object that does not know its own, and takes the first that holds it:
 * `torch.channels_last` may be written as attribute `torch.channels_last` of any module that imported torch. Only
 * constants, only through packages that are known.
 */
function findConstant(module: string, name: string): Known | undefined {
  const cut = name.indexOf('.');
  if (cut < 0 || !THROUGH.has(module.split('.')[0] ?? '')) return undefined;
  const found = TABLE.get(name.slice(0, cut))?.get(name.slice(cut + 1));
  return found !== undefined &&
    found.storable === true &&
    found.call === undefined &&
    found.create === undefined
    ? found
    : undefined;
}

const THROUGH = new Set([
  'torch',
  'sklearn',
  'numpy',
  'scipy',
  'transformers',
  'torchvision',
  'timm',
  'accelerate',
]);

/** Methods that neither reach into the interpreter nor, by their name, read, write, evaluate or load. */
export function isPlainMethod(name: string): boolean {
  return (
    /^_?[A-Za-z][A-Za-z0-9_]*$/.test(name) &&
    !name.endsWith('__') &&
    !/^_?(to_|save|dump|load|from_|push|eval|exec|open|query|pipe|apply|register|compile|tofile|read|write|export|share_memory|share_|set_module|mro|run|import|reload|connect|send|fetch|download|upload)/.test(
      name,
    )
  );
}

/** Everything that is known, for reports and tests. */
export function listKnown(): { module: string; name: string; known: Known }[] {
  return [...TABLE].flatMap(([module, names]) =>
    [...names].map(([name, known]) => ({ module, name, known })),
  );
}

function buildTable(): Map<string, Map<string, Known>> {
  const table = new Map<string, Map<string, Known>>();
  const add = (module: string, names: string, known: Known): void => {
    const entry = table.get(module) ?? new Map<string, Known>();
    table.set(module, entry);
    for (const name of names.split(' ')) entry.set(name, known);
  };
  for (const [module, names] of Object.entries(classes.functions)) add(module, names, FUNCTION);
  for (const module of ['numpy.core.umath', 'numpy.core._multiarray_umath'])
    add(module, classes.functions.numpy, FUNCTION);
  for (const [module, names] of Object.entries(classes.objects)) {
    add(module, names, PLAIN_OBJECT);
    // `ModelOutput.__reduce__` calls the dataclass with its fields.
    const outputs = names.split(' ').filter((name) => name.endsWith('Output') || /OutputWith\w+$/.test(name));
    if (outputs.length > 0) add(module, outputs.join(' '), OUTPUT_OBJECT);
  }
  for (const [module, names] of Object.entries(classes.classes)) add(module, names, PLAIN_CLASS);
  for (const [module, names] of Object.entries(classes.enums)) add(module, names, ENUM);
  for (const [module, names] of Object.entries(classes.tuples)) add(module, names, TUPLE);
  for (const [module, names] of Object.entries(classes.distributions)) add(module, names, DISTRIBUTION);
  for (const [module, names, known] of KNOWN_CONSTRUCTORS) add(module, names, known);
  return table;
}
