import type { Format, Sample } from '../format.ts';
import type { PickleDocument, PickleProgram } from './document.ts';
import {
  hasMagic,
  hasTellingEvent,
  isFollowing,
  isNamedAsPickle,
  isPadding,
  OWN_EXTENSIONS,
  weighPrograms,
} from './evidence.ts';
import { MORE } from './machine.ts';
import { type CarriedMemo, toCarried } from './memo.ts';
import { machineOn, runWindow } from './run-machine.ts';
import { toProgram } from './run-program.ts';

/** More than a head of 64 KiB holds. */
const MAX_TRIAL_OPS = 100_000;
/** Pickles one behind the other that are tried. */
const MAX_TRIALS = 256;

/** A Python pickle of any protocol. Content decides: a pickle may stand under any name. */
export const pickleFormat: Format<PickleDocument> = {
  id: 'pickle',
  version: 1,
  title: 'Python pickle',
  extensions: OWN_EXTENSIONS,
  recognise: recognisePickle,
  load: async () => (await import('./parse.ts')).parsePickle,
};

/**
 * Runs the head of a file on the machine. Pickles have no magic before protocol 2, and not even then do the
 * unpicklers want it: what counts is what a load would do. Where the head is used up without a break the parser
 * looks at the rest, and throws `bad-magic` when it is no pickle. A first pickle of plain data hides none behind it.
 */
export function recognisePickle(sample: Sample): boolean {
  const { head, sizeBytes, name } = sample;
  const programs: PickleProgram[] = [];
  let carried: CarriedMemo | undefined;
  let end = 0;
  while (end < head.length && programs.length < MAX_TRIALS) {
    const m = machineOn(head.subarray(end), end, sizeBytes, carried);
    if (runWindow(m, MAX_TRIAL_OPS, () => {}) === MORE) return true;
    const program = toProgram(m, end);
    if (programs.length > 0 && !isFollowing(program)) break;
    programs.push(program);
    carried ??= toCarried(m.memo);
    end = program.endOffset;
    if (program.end !== 'stop' || hasTellingEvent(program)) break;
  }
  const isWhole = sizeBytes === head.length && isPadding(head.subarray(end));
  const evidence = weighPrograms(programs, { isWhole, hasMagic: hasMagic(head) });
  return evidence === 'strong' || (evidence === 'weak' && isNamedAsPickle(name));
}
