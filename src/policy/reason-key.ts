import type { Reason } from '#api';

/**
 * What makes two reasons the same: the rules that fired, where, and on what. Not the message, whose wording may
 * change while the evidence does not.
 */
export function reasonKey(reason: Reason): string {
  return JSON.stringify([
    reason.policyRule,
    reason.finding ?? null,
    reason.file ?? null,
    reason.evidence ?? null,
  ]);
}
