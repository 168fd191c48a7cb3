import type { Reason } from '#api';
import { type PolicyOutcome, reasonKey } from '#policy';
import type { DecisionRecord } from '#store';

export type Settlement = Pick<DecisionRecord, 'state' | 'settledBy' | 'settledReason' | 'settledAt'>;

const UNSETTLED: Settlement = {
  state: 'active',
  settledBy: undefined,
  settledReason: undefined,
  settledAt: undefined,
};

/**
 * What is left of a person's settlement when policy looks at the same version again, with a newer engine or policy.
 *
 * - An approval stands when the new outcome is again a hold and each of its reasons was there, by
 *   {@link reasonKey}, when the person approved. Fewer reasons are fine; one that is new, or a block, is not.
 *   When nothing holds the version any more the approval has done its work and is not kept.
 * - A refusal stands whatever is found now: a person's no outlives the reason that raised the question. A block
 *   takes its place, as it refuses too and says why.
 */
export function carryOver(before: DecisionRecord | undefined, outcome: PolicyOutcome): Settlement {
  if (before === undefined || outcome.effect === 'block') return UNSETTLED;
  const settled: Settlement = {
    state: before.state,
    settledBy: before.settledBy,
    settledReason: before.settledReason,
    settledAt: before.settledAt,
  };
  if (before.state === 'refused') return settled;
  if (before.state !== 'approved' || outcome.effect !== 'hold') return UNSETTLED;
  return isCovered(outcome.reasons, before.reasons) ? settled : UNSETTLED;
}

/** Whether none of the reasons is new. */
export function isCovered(reasons: readonly Reason[], known: readonly Reason[]): boolean {
  const keys = new Set(known.map(reasonKey));
  return reasons.every((reason) => keys.has(reasonKey(reason)));
}
