import type { PickleEvent, PickleProgram, PickleValue } from '#formats';
import { canonicalModule } from '../../knowledge/canonical-module.ts';
import { CAPABILITIES } from '../../knowledge/capability.ts';
import { type Danger, findDanger } from '../../knowledge/find-danger.ts';
import { findKnown, isPlainMethod } from '../../knowledge/find-known.ts';
import { type Abstract, isDunder, pathOf, textOf } from './abstract.ts';
import type { Applied, Effect, Evaluator, ProcessState } from './evaluation.ts';
import { foldPure, isPure } from './pure.ts';
import { REFLECTIVE } from './reflective.ts';
import { containerClass } from './tensor-shape.ts';

const MAX_ITEMS = 4096;
const MAX_DEPTH = 24;

/** All work of one program stops here; what is not worked out stays unknown, which never reads as clean. */
const MAX_STEPS = 200_000;

/**
 * An evaluator of pickle calls on symbols. It exists to name what is called when a file goes a long way about it
 * (`getattr(__import__('o' + 's'), ''.join(...))`): it can make a verdict worse or a message clearer, and nothing
 * that it works out is ever taken for safe.
 */
export function createEvaluator(program: PickleProgram, process: ProcessState): Evaluator {
  const outcomes: (Abstract | undefined)[] = [];
  let steps = 0;
  let depth = 0;
  // The machine gives an import with a computed name as a value of its own; the first unlinked one is the latest.
  const computedImports: Abstract[] = [];
  const linked = new WeakMap<PickleValue, Abstract>();

  const evaluator: Evaluator = {
    resolve,
    apply,
    items,
    attribute,
    entry,
    setOutcome(event, value) {
      outcomes[event] = value;
      const made = program.events[event];
      if (made?.kind === 'import' && (made.module.kind !== 'str' || made.name.kind !== 'str'))
        computedImports.push(value);
    },
    known(value) {
      if (value.kind !== 'object' || process.planted.has(canonicalPath(value))) return undefined;
      return findKnown(value.module, value.name);
    },
    dangerOf(value) {
      if (value.kind === 'object') {
        return value.name === '' ? moduleDanger(value.module) : findDanger(value.module, value.name);
      }
      if (value.kind === 'bound') return evaluator.dangerOf(value.owner);
      if (value.kind === 'partial') return evaluator.dangerOf(value.callee);
      return undefined;
    },
  };
  return evaluator;

  function resolve(value: PickleValue): Abstract {
    switch (value.kind) {
      case 'global':
        return walkNames({ kind: 'object', module: value.module, name: value.name });
      case 'result':
        return outcomes[value.event] ?? resolveImport(program.events[value.event]);
      case 'extension':
        return process.extensions.get(value.code) ?? { kind: 'unknown', why: `extension code ${value.code}` };
      case 'unknown':
        return linkComputed(value) ?? { kind: 'unknown', why: value.why };
      case 'persistent': {
        const type = containerClass(value.id);
        return type === undefined ? { kind: 'foreign', from: 'persistent_load' } : resolve(type);
      }
      default:
        return { kind: 'data', value };
    }
  }

  function linkComputed(value: PickleValue): Abstract | undefined {
    if (value.kind !== 'unknown' || !value.why.startsWith('an import of names')) return undefined;
    const known = linked.get(value) ?? computedImports.pop();
    if (known !== undefined) linked.set(value, known);
    return known;
  }

  function resolveImport(event: PickleEvent | undefined): Abstract {
    if (event?.kind !== 'import') return { kind: 'unknown', why: 'the result of a later event' };
    const [module, name] = [textOf(resolve(event.module)), textOf(resolve(event.name))];
    if (module === undefined || name === undefined)
      return { kind: 'unknown', why: 'an import with an unknown name' };
    return walkNames({ kind: 'object', module, name, computed: true });
  }

  /** A name that reaches into namespaces is walked step by step, as the loader does it. */
  function walkNames(value: Extract<Abstract, { kind: 'object' }>): Abstract {
    if (!/(^|\.)__(dict|globals|builtins)__(\.|$)/.test(value.name)) return throughPlanted(value);
    let at: Abstract = { kind: 'object', module: value.module, name: '', computed: true };
    for (const part of value.name.split('.').slice(0, MAX_DEPTH)) at = attribute(at, part);
    return at;
  }

  function throughPlanted(value: Extract<Abstract, { kind: 'object' }>): Abstract {
    return process.planted.get(canonicalPath(value)) ?? value;
  }

  function apply(callee: Abstract, args: readonly Abstract[], asNew = false): Applied {
    steps += 1;
    if (steps > MAX_STEPS || depth > MAX_DEPTH) {
      return {
        value: { kind: 'unknown', why: 'too long to work out' },
        effects: [{ kind: 'unknown-callee', why: 'too long to work out' }],
      };
    }
    depth += 1;
    const applied = applyInner(callee, args, asNew);
    depth -= 1;
    return applied;
  }

  function applyInner(callee: Abstract, args: readonly Abstract[], asNew: boolean): Applied {
    switch (callee.kind) {
      case 'object':
        return applyObject(callee, args, asNew);
      case 'partial':
        return apply(callee.callee, [...callee.args, ...args]);
      case 'bound':
        return applyBound(callee, args);
      case 'getter':
        return applyGetter(callee, args);
      case 'made':
        return {
          value: { kind: 'foreign', from: callee.what },
          effects: [{ kind: 'code', what: callee.what }, ...handed(callee.bases, 'a made class')],
        };
      case 'data':
      case 'items':
        return lost('a constant is called', args);
      case 'namespace':
        return lost('a namespace is called', args);
      case 'instance':
        if (callee.acts !== undefined) return apply(callee.acts, args);
        return lost(`the instance that ${callee.module}.${callee.name} gave is called`, args);
      case 'foreign':
        return lost(`the result of ${callee.from} is called`, args);
      case 'unknown':
        return lost(callee.why, args);
    }
  }

  function lost(why: string, args: readonly Abstract[]): Applied {
    return {
      value: { kind: 'foreign', from: 'an unknown call' },
      effects: [{ kind: 'unknown-callee', why }, ...handed(args, 'it')],
    };
  }

  function applyObject(
    callee: Extract<Abstract, { kind: 'object' }>,
    args: readonly Abstract[],
    asNew: boolean,
  ): Applied {
    const path = canonicalPath(callee);
    const reflective = Object.hasOwn(REFLECTIVE, path) ? REFLECTIVE[path] : undefined;
    const danger = findDanger(callee.module, callee.name);
    const effects: Effect[] = danger === undefined ? [] : [{ kind: 'danger', danger }];
    if (reflective !== undefined) {
      if (danger === undefined) effects.push({ kind: 'pure', path });
      const applied = reflective(evaluator, args, asNew);
      effects.push(...handed(args, path), ...applied.effects);
      return { value: applied.value, effects };
    }
    if (isPure(path)) {
      if (danger === undefined) effects.push({ kind: 'pure', path });
      const value = foldPure(path, args, items) ?? { kind: 'foreign', from: path };
      return { value, effects: [...effects, ...handed(args, path)] };
    }
    const known = evaluator.known(callee);
    if (danger === undefined && known === undefined) {
      effects.push({ kind: 'unknown-object', module: callee.module, name: callee.name });
    }
    if (danger === undefined && known !== undefined) {
      return {
        value: { kind: 'instance', module: callee.module, name: callee.name, known },
        effects: handed(args, path),
      };
    }
    return { value: { kind: 'foreign', from: path }, effects: [...effects, ...handed(args, path)] };
  }

  function applyBound(callee: Extract<Abstract, { kind: 'bound' }>, args: readonly Abstract[]): Applied {
    const { owner, name } = callee;
    if (owner.kind === 'namespace' && ['get', '__getitem__', 'pop', 'setdefault'].includes(name)) {
      return { value: entry(owner, args[0]), effects: [{ kind: 'pure', path: `dict.${name}` }] };
    }
    const type = typeName(owner);
    if (type !== undefined) {
      return applyObject(
        { kind: 'object', module: 'builtins', name: `${type}.${name}` },
        [owner, ...args],
        false,
      );
    }
    if (name === '__call__') return apply(owner, args);
    return lost(`the method ${name} of a value is called`, args);
  }

  function applyGetter(callee: Extract<Abstract, { kind: 'getter' }>, args: readonly Abstract[]): Applied {
    const [target] = args;
    const effects: Effect[] = [{ kind: 'pure', path: `operator.${callee.by}getter` }];
    if (target === undefined)
      return { value: { kind: 'unknown', why: 'a getter without a target' }, effects };
    if (callee.by === 'item') return { value: entry(target, callee.args[0]), effects };
    const name = textOf(callee.args[0]);
    if (name === undefined) return lost('an attribute with an unknown name is fetched', args);
    let value = target;
    for (const part of name.split('.').slice(0, MAX_DEPTH)) value = attribute(value, part);
    if (callee.by === 'attribute') return { value, effects };
    const called = apply(value, callee.args.slice(1));
    return { value: called.value, effects: [...effects, ...called.effects] };
  }

  /** Dangerous callables among arguments: whoever gets them may call them. */
  function handed(args: readonly Abstract[], to: string): Effect[] {
    const found: Effect[] = [];
    for (const argument of args.slice(0, 64)) {
      for (const value of [argument, ...(items(argument)?.slice(0, 16) ?? [])]) {
        if (value.kind === 'made') found.push({ kind: 'code', what: value.what });
        const danger =
          value.kind === 'object' || value.kind === 'partial' || value.kind === 'bound'
            ? evaluator.dangerOf(value)
            : undefined;
        if (
          danger !== undefined &&
          CAPABILITIES[danger.capability].verdict === 'malicious' &&
          danger.by !== 'named-alike'
        ) {
          found.push({ kind: 'handed-over', danger, to });
        }
      }
    }
    return found;
  }

  function attribute(owner: Abstract, name: string): Abstract {
    if (name === '__call__') return owner;
    switch (owner.kind) {
      case 'object': {
        if (name === '__dict__' || name === '__globals__') {
          return { kind: 'namespace', module: owner.module, name: name === '__globals__' ? '' : owner.name };
        }
        if (name === '__builtins__') return { kind: 'object', module: 'builtins', name: '', computed: true };
        return throughPlanted({
          kind: 'object',
          module: owner.module,
          name: owner.name === '' ? name : `${owner.name}.${name}`,
          computed: true,
        });
      }
      case 'data':
      case 'items':
      case 'namespace':
        return { kind: 'bound', owner, name, isPlain: isPlainMethod(name) };
      case 'instance':
        if (isDunder(name)) return { kind: 'unknown', why: `the attribute ${name} of an object` };
        return {
          kind: 'bound',
          owner,
          name,
          isPlain: owner.known.attributes === 'methods' && isPlainMethod(name),
        };
      case 'partial':
        return name === 'func'
          ? owner.callee
          : { kind: 'unknown', why: `the attribute ${name} of a partial` };
      default:
        return { kind: 'unknown', why: `the attribute ${name.slice(0, 60)} of an unknown value` };
    }
  }

  function entry(owner: Abstract, key: Abstract | undefined): Abstract {
    const name = textOf(key);
    if (name === undefined) {
      const listed = items(owner);
      const folded =
        key === undefined || listed === undefined
          ? undefined
          : foldPure('operator.getitem', [owner, key], items);
      return folded ?? { kind: 'unknown', why: 'an item with an unknown key' };
    }
    if (owner.kind === 'object' && canonicalPath(owner) === 'sys.modules')
      return { kind: 'object', module: name, name: '', computed: true };
    if (owner.kind === 'namespace') {
      if (owner.module === 'sys' && owner.name === 'modules')
        return { kind: 'object', module: name, name: '', computed: true };
      return attribute({ kind: 'object', module: owner.module, name: owner.name }, name);
    }
    if (owner.kind === 'data' && owner.value.kind === 'dict') {
      for (const [entryKey, value] of owner.value.entries.slice(-MAX_ITEMS).reverse()) {
        if (entryKey.kind === 'str' && entryKey.value === name) return resolve(value);
      }
    }
    return { kind: 'unknown', why: 'an item of an unknown value' };
  }

  function items(value: Abstract | undefined): readonly Abstract[] | undefined {
    if (value?.kind === 'items') return value.items;
    if (value?.kind !== 'data') return undefined;
    const data = value.value;
    switch (data.kind) {
      case 'tuple':
      case 'list':
      case 'set':
      case 'frozenset':
        if (data.items.length > MAX_ITEMS || data.omitted !== undefined) return undefined;
        steps += data.items.length / 16;
        return data.items.map(resolve);
      case 'str': {
        const text = textOf(value);
        if (text === undefined || text.length > MAX_ITEMS) return undefined;
        return Array.from(
          text,
          (character): Abstract => ({
            kind: 'data',
            value: { kind: 'str', value: character, lengthBytes: 1 },
          }),
        );
      }
      case 'bytes':
        if (data.lengthBytes > MAX_ITEMS) return undefined;
        return Array.from(
          data.value,
          (byte): Abstract => ({ kind: 'data', value: { kind: 'int', value: BigInt(byte) } }),
        );
      default:
        return undefined;
    }
  }
}

/** The path under which handlers and tables know an object. */
export function canonicalPath(value: { readonly module: string; readonly name: string }): string {
  return pathOf({ module: canonicalModule(value.module), name: value.name });
}

function typeName(value: Abstract): string | undefined {
  if (value.kind === 'items') return 'list';
  if (value.kind !== 'data') return undefined;
  const names: Partial<Record<PickleValue['kind'], string>> = {
    str: 'str',
    bytes: 'bytes',
    list: 'list',
    tuple: 'tuple',
    dict: 'dict',
    set: 'set',
    frozenset: 'frozenset',
    int: 'int',
  };
  return names[value.value.kind];
}

function moduleDanger(module: string): Danger | undefined {
  const found = findDanger('', module);
  return found === undefined ? undefined : { ...found, path: module, by: 'walked' };
}
