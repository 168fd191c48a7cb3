import type { Finding } from '#findings';
import type { PickleEvent, PickleProgram, PickleValue } from '#formats';
import type { DetectContext } from '../../detector.ts';
import type { Known } from '../../knowledge/known-constructors.ts';
import { type Abstract, isDunder, pathOf, textOf } from './abstract.ts';
import { checkBomb } from './bomb.ts';
import { type Collector, createCollector } from './collector.ts';
import { createDataWalk, type DataWalk } from './data-walk.ts';
import type { Effect, Evaluator, ProcessState } from './evaluation.ts';
import { canonicalPath, createEvaluator } from './evaluator.ts';
import { judgeEffects } from './judge-effects.ts';
import type { Dtypes } from './numpy-shapes.ts';
import { foldPure, isPure } from './pure.ts';
import { renderEvent } from './render.ts';
import { checkArguments } from './shapes.ts';
import { checkFilled, checkState } from './states.ts';
import { isLeanAt, judgeStructure } from './structure.ts';
import { checkStorageId, containerClass } from './tensor-shape.ts';
import { createWeights, type Weights } from './weigh.ts';

type EventOf<Kind extends PickleEvent['kind']> = Extract<PickleEvent, { kind: Kind }>;

interface Judge {
  readonly program: PickleProgram;
  readonly process: ProcessState;
  readonly evaluator: Evaluator;
  readonly collector: Collector;
  readonly walk: DataWalk;
  readonly dtypes: Dtypes;
  readonly weights: Weights;
  readonly called: Set<number>; // import events whose object was called
}

/**
 * Judges what loading would do, program by program in the order of the file. The same for a bare pickle and for
 * pickles inside checkpoints, joblib files and arrays.
 */
export function judgePrograms(programs: readonly PickleProgram[], _context: DetectContext): Finding[] {
  const collector = createCollector();
  const process: ProcessState = { planted: new Map(), extensions: new Map() };
  for (const program of programs) judgeProgram(program, process, collector);
  return collector.findings();
}

function judgeProgram(program: PickleProgram, process: ProcessState, collector: Collector): void {
  const evaluator = createEvaluator(program, process);
  const walk = createDataWalk(evaluator, collector);
  const judge: Judge = {
    program,
    process,
    evaluator,
    collector,
    walk,
    dtypes: new Map(),
    weights: createWeights(),
    called: new Set(),
  };
  for (const [index, event] of program.events.entries()) {
    switch (event.kind) {
      case 'import':
        judgeImport(judge, index, event);
        break;
      case 'call':
        judgeCall(judge, index, event);
        break;
      case 'build':
        judgeBuild(judge, event);
        break;
      case 'fill':
        judgeFill(judge, event);
        break;
      case 'persistent-load':
        judgePersistentLoad(judge, event);
        break;
      case 'buffer':
        collector.add('outOfBandBuffer', '', event.offset, 'a buffer is taken from outside the file');
        break;
    }
  }
  look(judge, program.result, program.endOffset);
  judgeUnusedImports(judge);
  judgeStructure(program, collector);
}

/** Checks data that stays in the object, and what it costs to walk it. */
function look(judge: Judge, value: PickleValue, offset: number): void {
  judge.walk.look(value, offset);
  for (const [about, message] of checkBomb(value, judge.weights)) {
    judge.collector.add('resourceBomb', about, offset, message);
  }
}

function judgeImport(judge: Judge, index: number, event: EventOf<'import'>): void {
  const { evaluator, collector, program } = judge;
  const evidence = () => renderEvent(program, event);
  if (event.opcode.startsWith('EXT')) {
    collector.add(
      'extensionRegistry',
      event.opcode,
      event.offset,
      `${event.opcode} takes an object from the extension registry`,
      { evidence },
    );
  }
  const names = [event, ...(event.ifMemoCarried === undefined ? [] : [event.ifMemoCarried])];
  for (const [at, { module, name }] of names.entries()) {
    const isWritten = module.kind === 'str' && name.kind === 'str';
    const [from, what] = [textOf(evaluator.resolve(module)), textOf(evaluator.resolve(name))];
    const value: Abstract =
      from === undefined || what === undefined
        ? { kind: 'unknown', why: 'an import whose name is made at load time' }
        : isWritten
          ? { kind: 'object', module: from, name: what }
          : { kind: 'object', module: from, name: what, computed: true };
    if (!isWritten && !event.opcode.startsWith('EXT')) {
      const shown = value.kind === 'object' ? `: ${pathOf(value)}` : ', and is not known';
      const isDropped = value.kind !== 'object' && isLeanAt(program, event.offset);
      collector.add(
        isDropped ? 'unknownImport' : 'computedName',
        value.kind === 'object' ? pathOf(value) : '',
        event.offset,
        `the name of an import is made at load time${shown}`,
        { evidence },
      );
    }
    if (at > 0) judge.walk.judgeReference(value, event.offset, false);
    else if (!isWritten && value.kind !== 'object') evaluator.setOutcome(index, value);
    else evaluator.setOutcome(index, evaluator.resolve({ kind: 'result', event: index }));
    if (what !== undefined) judgeWalk(judge, event.offset, from ?? '', what, evidence);
  }
}

/** Double underscores anywhere in a name; known classes and constructors have names of their own in the tables. */
function judgeWalk(judge: Judge, offset: number, module: string, name: string, evidence: () => string): void {
  const parts = [...module.split('.'), ...name.split('.')];
  const reaching = parts.find(
    (part, at) => isDunder(part) && !(at === 0 && /^__(main|builtin|mp_main)__$/.test(part)),
  );
  if (reaching === undefined || judge.evaluator.known({ kind: 'object', module, name }) !== undefined) return;
  judge.collector.add(
    'attributeWalk',
    `${module}.${name}`,
    offset,
    `the name reaches into the interpreter by ${reaching.slice(0, 60)}`,
    { evidence },
  );
}

function judgeCall(judge: Judge, index: number, event: EventOf<'call'>): void {
  const { evaluator, program } = judge;
  const callee = evaluator.resolve(event.callee);
  const written = event.callee.kind === 'persistent' ? containerClass(event.callee.id) : event.callee;
  if (written?.kind === 'global') judge.called.add(written.event);
  const asNew = event.opcode === 'NEWOBJ' || event.opcode === 'NEWOBJ_EX';
  const known = callee.kind === 'object' ? evaluator.known(callee) : undefined;
  if (
    callee.kind === 'object' &&
    known !== undefined &&
    acceptKnown(judge, index, event, callee, known, asNew)
  ) {
    // The first argument of these is what they fetch from or call, not data that stays.
    const stored =
      known.call === 'getattr' || known.call === 'tensor-subclass' ? event.args.slice(1) : event.args;
    for (const argument of stored) look(judge, argument, event.offset);
    if (event.kwargs !== undefined) look(judge, event.kwargs, event.offset);
    return;
  }
  const args = event.args.map((argument) => evaluator.resolve(argument));
  if (event.argsValue !== undefined) args.push(evaluator.resolve(event.argsValue));
  if (event.kwargs !== undefined)
    args.push(...valuesOf(event.kwargs).map((value) => evaluator.resolve(value)));
  const applied = evaluator.apply(callee, args, asNew);
  evaluator.setOutcome(index, applied.value);
  const effects: Effect[] = [...applied.effects];
  // A known callable whose arguments were not accepted, and that nothing worse is known of, was judged by that.
  if (effects.length > 0 || known === undefined)
    judgeEffects(judge.collector, event.offset, callee, effects, () => renderEvent(program, event), args);
  registerExtension(judge, callee, args);
  for (const argument of event.args) look(judge, argument, event.offset);
}

/** Whether a call is exactly what honest writers make; its outcome is then an instance. */
function acceptKnown(
  judge: Judge,
  index: number,
  event: EventOf<'call'>,
  callee: Extract<Abstract, { kind: 'object' }>,
  known: Known,
  asNew: boolean,
): boolean {
  const { evaluator, collector, program } = judge;
  const path = pathOf(callee);
  const evidence = () => renderEvent(program, event);
  const isPlainNew = event.opcode === 'OBJ' && event.args.length === 0;
  const shape = asNew
    ? known.create
    : (known.call ?? (isPlainNew || event.args.length === 0 ? known.create : undefined));
  // Names made at run time are never taken for what they seem: honest writers write names.
  const isComputed =
    callee.computed === true && event.callee.kind !== 'global' && !isFetchedByKnown(judge, event.callee);
  if (isComputed) return false;
  const danger = evaluator.dangerOf(callee);
  if (
    shape === undefined ||
    event.argsValue !== undefined ||
    (event.kwargs !== undefined && valuesOf(event.kwargs).length > 0 && shape !== 'data')
  ) {
    // Folding a text is not harmful by itself, but what it spells may be.
    if (danger !== undefined || isPure(canonicalPath(callee))) return false;
    collector.add(
      'unexpectedArguments',
      path,
      event.offset,
      `${path} is called in a way that honest writers do not use`,
      { evidence },
    );
    evaluator.setOutcome(index, { kind: 'instance', module: callee.module, name: callee.name, known });
    return true;
  }
  const answer = checkArguments(shape, index, event.args, { program, evaluator, dtypes: judge.dtypes });
  if (answer.problem !== undefined) {
    if (answer.rule !== undefined) {
      collector.add(answer.rule, path, event.offset, `${path} gets ${answer.problem}`, { evidence });
    } else if (danger !== undefined) return false;
    else
      collector.add(
        'unexpectedArguments',
        `${path} ${answer.problem}`,
        event.offset,
        `${path} gets ${answer.problem}`,
        { evidence },
      );
  }
  evaluator.setOutcome(index, answer.value ?? outcomeOf(judge, callee, known, event));
  return true;
}

/** What a known call gives: an instance, and where it is callable or text again, what that says. */
function outcomeOf(
  { evaluator }: Judge,
  callee: Extract<Abstract, { kind: 'object' }>,
  known: Known,
  event: EventOf<'call'>,
): Abstract {
  const instance: Abstract = { kind: 'instance', module: callee.module, name: callee.name, known };
  const path = canonicalPath(callee);
  const args = event.args.map((argument) => evaluator.resolve(argument));
  if (known.call === 'partial' || known.call === 'names' || path === 'operator.itemgetter') {
    return { ...instance, acts: evaluator.apply(callee, args).value };
  }
  const folded = isPure(path) ? foldPure(path, args, evaluator.items) : undefined;
  return folded?.kind === 'data' && folded.value.kind === 'bytes' ? folded : instance;
}

/** `getattr(ZoneInfo, '_unpickle')`: fetched by a call that was itself accepted. */
function isFetchedByKnown(judge: Judge, callee: PickleValue): boolean {
  const event = callee.kind === 'result' ? judge.program.events[callee.event] : undefined;
  return (
    event?.kind === 'call' &&
    event.callee.kind === 'global' &&
    /^(builtins|numpy\.core|numpy\._core)$/.test(event.callee.module)
  );
}

function judgeBuild(judge: Judge, event: EventOf<'build'>): void {
  const { evaluator, collector, program, process } = judge;
  const target = evaluator.resolve(event.target);
  const evidence = () => renderEvent(program, event);
  look(judge, event.state, event.offset);
  const known = target.kind === 'instance' ? target.known : undefined;
  if (target.kind === 'instance' && known !== undefined) {
    const path = pathOf(target);
    const problem =
      known.state === undefined
        ? 'a state, although it has none'
        : checkState(known.state, event.target, event.state, { program, evaluator, dtypes: judge.dtypes });
    if (problem !== undefined) {
      const isLean = isLeanAt(program, event.offset);
      const rule = isLean ? 'unexpectedArguments' : 'unexpectedState';
      const why = isLean ? ' (plain data was dropped to bound memory)' : '';
      collector.add(rule, `${path} ${problem}`, event.offset, `${path} gets ${problem}${why}`, { evidence });
    }
    return;
  }
  if (target.kind === 'foreign' || target.kind === 'unknown') {
    // The call that made it was judged; its `__setstate__` is as unknown as that.
    const isJudged = target.kind === 'foreign' && event.target.kind === 'result';
    if (isJudged) return;
    collector.add('buildOnForeign', '', event.offset, 'state is set on an object that is not known', {
      evidence,
    });
    return;
  }
  if (target.kind === 'object' || target.kind === 'namespace') {
    const path = pathOf(target);
    for (const [name, value] of namedParts(event.state))
      process.planted.set(`${canonicalPath(target)}.${name}`, evaluator.resolve(value));
    collector.add('buildOnForeign', path, event.offset, `${path} is rewritten for the whole process`, {
      evidence,
    });
    return;
  }
  collector.add(
    'buildOnForeign',
    target.kind,
    event.offset,
    'state is set on something that is no object of the pickle',
    { evidence },
  );
}

function judgeFill(judge: Judge, event: EventOf<'fill'>): void {
  const { evaluator, collector, program, process } = judge;
  const target = evaluator.resolve(event.target);
  for (const item of event.items) look(judge, item, event.offset);
  const evidence = () => renderEvent(program, event);
  if (target.kind === 'instance' && target.known.fill !== undefined) {
    const problem = event.opcode.startsWith('SETITEM') ? checkFilled(event.items) : undefined;
    if (problem !== undefined) {
      collector.add('unexpectedState', pathOf(target), event.offset, `${pathOf(target)} gets ${problem}`, {
        evidence,
      });
    }
    return;
  }
  if (target.kind === 'foreign' && event.target.kind === 'result') return; // judged where it was made
  if (target.kind === 'object' || target.kind === 'namespace') {
    const path = pathOf(target);
    for (let at = 0; at + 1 < event.items.length; at += 2) {
      const key = textOf(evaluator.resolve(event.items[at] ?? { kind: 'none' }));
      const value = event.items[at + 1];
      if (key === undefined || value === undefined) continue;
      const owner = canonicalPath(target);
      process.planted.set(
        owner === 'sys.modules' ? key : `${owner.replace(/\.__dict__$/, '')}.${key}`,
        evaluator.resolve(value),
      );
    }
    const rule =
      canonicalPath(target).startsWith('sys.') || path.includes('safe_globals')
        ? 'scannerTampering'
        : 'fillOnForeign';
    collector.add(rule, path, event.offset, `items are written into ${path} for the whole process`, {
      evidence,
    });
    return;
  }
  const path = target.kind === 'instance' ? pathOf(target) : target.kind;
  collector.add(
    'fillOnForeign',
    path,
    event.offset,
    `items are filled into ${target.kind === 'instance' ? path : 'an object that is not known'}`,
    { evidence },
  );
}

function judgePersistentLoad(judge: Judge, event: EventOf<'persistent-load'>): void {
  const problem = checkStorageId(event.id);
  if (problem === undefined) look(judge, event.id, event.offset);
  else
    judge.collector.add('persistentId', problem, event.offset, `the loader is asked for ${problem}`, {
      evidence: () => renderEvent(judge.program, event),
    });
}

/** `copyreg.add_extension(module, name, code)`: what EXT opcodes then mean. */
function registerExtension(judge: Judge, callee: Abstract, args: readonly Abstract[]): void {
  if (callee.kind !== 'object' || canonicalPath(callee) !== 'copyreg.add_extension') return;
  const [module, name] = [textOf(args[0]), textOf(args[1])];
  const code =
    args[2]?.kind === 'data' && args[2].value.kind === 'int' ? Number(args[2].value.value) : undefined;
  if (module !== undefined && name !== undefined && code !== undefined)
    judge.process.extensions.set(code, { kind: 'object', module, name, computed: true });
}

/** What was imported and never called: fetched for nothing, or kept where the walk did not come. */
function judgeUnusedImports(judge: Judge): void {
  for (const [index, event] of judge.program.events.entries()) {
    if (event.kind !== 'import' || judge.called.has(index)) continue;
    const value = judge.evaluator.resolve({ kind: 'result', event: index });
    judge.walk.judgeReference(value, event.offset, false);
  }
}

function valuesOf(value: PickleValue): readonly PickleValue[] {
  return value.kind === 'dict' ? value.entries.map(([, item]) => item) : [value];
}

function* namedParts(state: PickleValue): Iterable<readonly [string, PickleValue]> {
  const parts = state.kind === 'tuple' ? state.items : [state];
  for (const part of parts) {
    if (part.kind !== 'dict') continue;
    for (const [key, value] of part.entries) if (key.kind === 'str') yield [key.value, value];
  }
}
