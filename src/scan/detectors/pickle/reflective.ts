import { type Abstract, intOf, isNone, NOTHING, textOf, toNumber } from './abstract.ts';
import type { Applied, Effect, Evaluator } from './evaluation.ts';

type Handler = (evaluator: Evaluator, args: readonly Abstract[], asNew: boolean) => Applied;

const gives = (value: Abstract, effects: readonly Effect[] = []): Applied => ({ value, effects });
const unknown = (why: string): Applied => gives({ kind: 'unknown', why });

/** `getattr(x, name)`, also through `__getattribute__`. */
const fetch: Handler = (evaluator, [owner, name, otherwise]) => {
  const known = textOf(name);
  if (owner === undefined || known === undefined)
    return gives(otherwise ?? { kind: 'unknown', why: 'an attribute with an unknown name' });
  let value = owner;
  for (const part of known.split('.').slice(0, 24)) value = evaluator.attribute(value, part);
  return gives(value);
};

/** Calls its first argument with the others. */
const callFirst: Handler = (evaluator, [callee, ...args]) =>
  callee === undefined ? gives(NOTHING) : evaluator.apply(callee, args);

/** Calls its first argument with each item of the others: `map`, `filter`. */
const callEach: Handler = (evaluator, [callee, ...lists]) => {
  if (callee === undefined || isNone(callee)) return gives({ kind: 'unknown', why: 'an iterator' });
  const columns = lists.map((list) => evaluator.items(list));
  const length = Math.min(...columns.map((column) => column?.length ?? 1), 512);
  const results: Abstract[] = [];
  const effects: Effect[] = [];
  for (let row = 0; row < (lists.length === 0 ? 0 : length); row += 1) {
    const args = columns.map(
      (column): Abstract => column?.[row] ?? { kind: 'unknown', why: 'an item of an iterator' },
    );
    const applied = evaluator.apply(callee, args);
    results.push(applied.value);
    // One of each is enough: a list that calls a thousand times does the same thing a thousand times.
    if (row === 0) effects.push(...applied.effects);
    else effects.push(...applied.effects.filter((effect) => effect.kind === 'danger').slice(0, 1));
  }
  return gives({ kind: 'items', items: results }, effects);
};

const callStarred: Handler = (evaluator, [callee, list]) => {
  const rows = evaluator.items(list);
  if (callee === undefined) return gives(NOTHING);
  if (rows === undefined)
    return evaluator.apply(callee, [{ kind: 'unknown', why: 'an item of an iterator' }]);
  const applied = rows.slice(0, 512).map((row) => evaluator.apply(callee, evaluator.items(row) ?? [row]));
  return gives(
    { kind: 'items', items: applied.map(({ value }) => value) },
    applied.flatMap(({ effects }) => effects).slice(0, 64),
  );
};

const fold: Handler = (evaluator, [callee, list, start]) => {
  const items = evaluator.items(list);
  if (callee === undefined) return gives(NOTHING);
  if (items === undefined)
    return evaluator.apply(callee, [start ?? { kind: 'unknown', why: 'an item of an iterator' }]);
  const [first, ...rest] = start === undefined ? items : [start, ...items];
  let value = first ?? NOTHING;
  const effects: Effect[] = [];
  for (const item of rest.slice(0, 512)) {
    const applied = evaluator.apply(callee, [value, item]);
    value = applied.value;
    effects.push(...applied.effects.slice(0, 8));
  }
  return gives(value, effects.slice(0, 64));
};

const applyList: Handler = (evaluator, [callee, args]) =>
  callee === undefined ? gives(NOTHING) : evaluator.apply(callee, evaluator.items(args) ?? []);

const importWhole: Handler = (_evaluator, [name]) => moduleNamed(textOf(name));
const importHead: Handler = (evaluator, args) => {
  const name = textOf(args[0]);
  const fromList = evaluator.items(args[3]);
  return moduleNamed(fromList !== undefined && fromList.length > 0 ? name : name?.split('.')[0]);
};

function moduleNamed(name: string | undefined): Applied {
  return name === undefined
    ? unknown('a module with an unknown name')
    : gives({ kind: 'object', module: name, name: '', computed: true });
}

/** `a.b:c` or `a.b.c` in one string. */
const locate: Handler = (_evaluator, [name]) => {
  const path = textOf(name);
  if (path === undefined) return unknown('an object located by an unknown name');
  const [module = '', rest] = path.split(':');
  if (rest !== undefined) return gives({ kind: 'object', module, name: rest, computed: true });
  const cut = path.lastIndexOf('.');
  return cut < 0
    ? moduleNamed(path)
    : gives({ kind: 'object', module: path.slice(0, cut), name: path.slice(cut + 1), computed: true });
};

const moduleAndName: Handler = (_evaluator, [module, name]) => {
  const [from, what] = [textOf(module), textOf(name)];
  return from === undefined || what === undefined
    ? unknown('an object with an unknown name')
    : gives({ kind: 'object', module: from, name: what, computed: true });
};

const partial: Handler = (_evaluator, [callee, ...args]) =>
  callee === undefined ? unknown('a partial of nothing') : gives({ kind: 'partial', callee, args });

const bindMethod: Handler = (_evaluator, [callee, self]) =>
  callee === undefined
    ? unknown('a method of nothing')
    : gives({ kind: 'partial', callee, args: self === undefined ? [] : [self] });

const getter =
  (by: 'attribute' | 'item' | 'method'): Handler =>
  (_evaluator, args) =>
    gives({ kind: 'getter', by, args });

const namespaceOf: Handler = (_evaluator, [owner]) =>
  owner === undefined
    ? gives({ kind: 'namespace', module: '__main__', name: '' })
    : owner.kind === 'object'
      ? gives({ kind: 'namespace', module: owner.module, name: owner.name })
      : unknown('the namespace of an unknown value');

const entryOf: Handler = (evaluator, [owner, key]) =>
  gives(owner === undefined ? NOTHING : evaluator.entry(owner, key));

const made =
  (what: 'code' | 'function' | 'class'): Handler =>
  (evaluator, args) =>
    gives(
      {
        kind: 'made',
        what,
        bases: args.flatMap((value) => [value, ...(evaluator.items(value) ?? [])]).slice(0, 32),
      },
      [{ kind: 'code', what }],
    );

/** `type(x)`, or a class made of a name, bases and a dict whose values become methods. */
const typeOf: Handler = (evaluator, own) => {
  if (own.length < 2) return unknown('the type of a value');
  const body = own[2];
  const values =
    body?.kind === 'data' && body.value.kind === 'dict'
      ? body.value.entries.slice(0, 64).map(([, value]) => evaluator.resolve(value))
      : [];
  const danger = values
    .map((value) => ({ value, danger: evaluator.dangerOf(value) }))
    .filter(({ danger: found }) => found !== undefined);
  const effects: Effect[] = danger.flatMap(({ danger: found }) =>
    found === undefined ? [] : [{ kind: 'handed-over' as const, danger: found, to: 'a made class' }],
  );
  return gives({ kind: 'made', what: 'class', bases: [...(evaluator.items(own[1]) ?? []), ...values] }, [
    { kind: 'code', what: 'class' },
    ...effects,
  ]);
};

/** `copyreg._reconstructor(cls, base, state)` and `__newobj__(cls, *args)`: `__new__` by another name. */
const create: Handler = (evaluator, [callee, ...args]) =>
  callee === undefined ? gives(NOTHING) : evaluator.apply(callee, args, true);

const slice: Handler = () => unknown('a slice');

const length: Handler = (evaluator, [value]) => {
  const items = evaluator.items(value);
  return items === undefined ? unknown('a length') : gives(toNumber(BigInt(items.length)));
};

const repeat: Handler = (_evaluator, [value, count]) => {
  const times = intOf(count);
  if (value === undefined || times === undefined || times > 4096n) return unknown('a repetition');
  return gives({ kind: 'items', items: Array.from({ length: Math.max(0, Number(times)) }, () => value) });
};

/** Callables that call, fetch, import or build what they are given, by canonical path. */
export const REFLECTIVE: Readonly<Record<string, Handler>> = {
  '_functools.partial': partial,
  '_functools.reduce': fold,
  '_operator.attrgetter': getter('attribute'),
  '_operator.call': callFirst,
  '_operator.getitem': entryOf,
  '_operator.itemgetter': getter('item'),
  '_operator.methodcaller': getter('method'),
  'atexit.register': callFirst,
  'builtins.__import__': importHead,
  'builtins.apply': applyList,
  'builtins.compile': made('code'),
  'builtins.dict.__getitem__': entryOf,
  'builtins.dict.get': entryOf,
  'builtins.dict.pop': entryOf,
  'builtins.filter': callEach,
  'builtins.getattr': fetch,
  'builtins.globals': namespaceOf,
  'builtins.len': length,
  'builtins.locals': namespaceOf,
  'builtins.map': callEach,
  'builtins.object.__getattribute__': fetch,
  'builtins.slice': slice,
  'builtins.type': typeOf,
  'builtins.type.__getattribute__': fetch,
  'builtins.type.__new__': typeOf,
  'builtins.vars': namespaceOf,
  'cloudpickle.cloudpickle.subimport': importWhole,
  'contextvars.Context.run': callFirst,
  'copyreg.__newobj__': create,
  'copyreg._reconstructor': create,
  'dill._dill._get_attr': fetch,
  'dill._dill._import_module': locate,
  'functools._lru_cache_wrapper': partial,
  'functools.partial': partial,
  'functools.partialmethod': partial,
  'functools.reduce': fold,
  'functools.singledispatch': partial,
  'functools.wraps': partial,
  'importlib.__import__': importHead,
  'importlib._bootstrap._gcd_import': importWhole,
  'importlib.import_module': importWhole,
  'inspect.getattr_static': fetch,
  'itertools.accumulate': (evaluator, [list, callee]) =>
    callee === undefined ? unknown('an iterator') : fold(evaluator, [callee, list ?? NOTHING], false),
  'itertools.repeat': repeat,
  'itertools.starmap': callStarred,
  'jax._src.util.safe_map': callEach,
  'logging.config._resolve': locate,
  'numpy.core._ufunc_reconstruct': moduleAndName,
  'operator.attrgetter': getter('attribute'),
  'operator.call': callFirst,
  'operator.getitem': (evaluator, args) => {
    const [owner, key] = args;
    const named = textOf(key) !== undefined && owner !== undefined;
    return named ? entryOf(evaluator, args, false) : gives(evaluator.entry(owner ?? NOTHING, key));
  },
  'operator.itemgetter': getter('item'),
  'operator.methodcaller': getter('method'),
  'pkgutil.resolve_name': locate,
  'pydoc.locate': locate,
  'pydoc.resolve': locate,
  'pydoc.safeimport': importWhole,
  'torch._tensor._rebuild_from_type_v2': (evaluator, [callee, , args]) =>
    callee === undefined ? gives(NOTHING) : evaluator.apply(callee, evaluator.items(args) ?? []),
  'traitlets.import_item': locate,
  'types.BuiltinFunctionType': made('function'),
  'types.CodeType': made('code'),
  'types.FunctionType': made('function'),
  'types.LambdaType': made('function'),
  'types.MethodType': bindMethod,
  'types.new_class': made('class'),
  'unittest.mock._importer': locate,
  'weakref.finalize': (evaluator, [, callee, ...args]) =>
    callee === undefined ? gives(NOTHING) : evaluator.apply(callee, args),
};
