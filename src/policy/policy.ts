import type { Effect, PolicyName, Reason } from '#api';
import type { Report } from '#findings';

export interface PolicyOutcome {
  readonly effect: Effect;
  readonly reasons: readonly Reason[]; // worst first
}

/** A fixed set of rules over evidence. Pure. */
export interface Policy {
  readonly name: PolicyName;
  readonly digest: string; // changes when the same evidence may get another outcome
  evaluate(evidence: { readonly report: Report }): PolicyOutcome;
}
