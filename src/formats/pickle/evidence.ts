import type { PickleEvent, PickleProgram, PickleValue } from './document.ts';
import { isWellKnownModule } from './known-modules.ts';
import { OPCODES } from './opcodes.ts';

/**
 * How much speaks for bytes being a pickle rather than text or noise whose first bytes happen to be opcodes.
 * `strong`: it is one, whatever it is called. `weak`: it is one if its name says so.
 */
export type Evidence = 'none' | 'weak' | 'strong';

/** Used for pickles alone, so that weak evidence is enough under them. */
export const OWN_EXTENSIONS = [
  '.pkl',
  '.pickle',
  '.pk',
  '.pt',
  '.pth',
  '.ckpt',
  '.joblib',
  '.dill',
  '.cloudpickle',
];

/** Fewer opcodes up to a STOP at the very end of a file: `N.` is also an abbreviation. */
const MIN_WHOLE_OPS = 3;
const MIN_WEAK_OPS = 16;
/** As an import system takes it; Unicode letters are allowed. */
const DOTTED_NAME = /^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*$/u;

export interface Around {
  readonly isWhole: boolean; // nothing but padding follows the last program
  readonly hasMagic: boolean;
}

/** @param programs the first of a file, and those that follow it stop by stop */
export function weighPrograms(programs: readonly PickleProgram[], { isWhole, hasMagic }: Around): Evidence {
  const [first] = programs;
  if (first === undefined) return 'none';
  if (hasMagic) return 'strong';
  if (programs.some(hasTellingEvent)) return 'strong';
  const opCount = programs.reduce((sum, program) => sum + program.opCount, 0);
  if (programs.at(-1)?.end === 'stop' && isWhole && opCount >= MIN_WHOLE_OPS) return 'strong';
  const isWeak = first.end === 'stop' || first.opCount >= MIN_WEAK_OPS || first.events.length > 0;
  return isWeak ? 'weak' : 'none';
}

/** Two opcodes and a STOP are a pickle to a loader that calls `load` again; without STOP there must be more. */
export function isFollowing(program: PickleProgram): boolean {
  return program.end === 'stop' ? program.opCount >= 2 : hasTellingEvent(program);
}

/** PROTO, with which every honest pickle of protocol 2 and later begins, and an opcode after it. */
export function hasMagic(head: Uint8Array): boolean {
  const [first, protocol = 0, next] = head;
  return (
    first === 0x80 && protocol >= 2 && protocol <= 5 && next !== undefined && OPCODES[next] !== undefined
  );
}

export const MAGIC_BYTES = 3;

/** An import or call that text or noise would hardly make. */
export function hasTellingEvent({ events, end, anomalies }: PickleProgram): boolean {
  // Four letters after an `r` are a memo slot past 2^30: words, not a pickle.
  const isStopped = end === 'stop' && !anomalies.some(({ code }) => code === 'memo-index');
  for (const event of events) {
    if (event.kind === 'call' && isTellingCall(event, isStopped)) return true;
    if (event.kind === 'import' && isTellingImport(event, isStopped)) return true;
  }
  return false;
}

/**
 * In a list of words a call takes for its arguments what is no tuple. INST and OBJ have theirs from the stack, and
 * `(c) Name`, two lines that begin with an `o`, are an OBJ: there the names must look like names.
 */
function isTellingCall(event: Extract<PickleEvent, { kind: 'call' }>, isStopped: boolean): boolean {
  if (event.argsValue !== undefined) return false;
  const { opcode, callee } = event;
  return isStopped || (opcode !== 'INST' && opcode !== 'OBJ') || isPlausibleCallee(callee);
}

function isPlausibleCallee(callee: PickleValue): boolean {
  return callee.kind !== 'global' || (DOTTED_NAME.test(callee.module) && DOTTED_NAME.test(callee.name));
}

/**
 * A word list can hold `cat` and `dog` on two lines, which import `dog` from `at`: so an import alone counts where
 * the module is well known, the program goes on to STOP, or the opcode is binary.
 */
function isTellingImport(event: Extract<PickleEvent, { kind: 'import' }>, isStopped: boolean): boolean {
  const { module, name, opcode } = event;
  if (module.kind !== 'str' || name.kind !== 'str') return opcode === 'STACK_GLOBAL';
  if (!DOTTED_NAME.test(module.value) || !DOTTED_NAME.test(name.value)) return false;
  if (isStopped || opcode === 'STACK_GLOBAL') return true;
  return opcode === 'GLOBAL' && isWellKnownModule(module.value);
}

export function isNamedAsPickle(name: string): boolean {
  const lower = name.toLowerCase();
  return OWN_EXTENSIONS.some((extension) => lower.endsWith(extension));
}

/** Spaces, newlines and NULs, as editors and block devices leave them at the end of a file. */
export function isPadding(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0 || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}
