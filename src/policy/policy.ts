import type { Effect, PolicyName, Reason } from '#api';
import type { Report, Rule } from '#findings';

export interface PolicyOutcome {
  readonly effect: Effect;
  readonly reasons: readonly Reason[]; // worst first
}

/** What a policy judges: everything that is known of a version. */
export interface Evidence {
  readonly report: Report;
  /** What the findings of the report refer to. A finding whose rule is not here counts as its file does. */
  readonly rules: ReadonlyMap<string, Pick<Rule, 'verdict'>>;
}

/** A fixed set of rules over evidence. Pure. */
export interface Policy {
  readonly name: PolicyName;
  readonly digest: string; // changes when the same evidence may get another outcome
  evaluate(evidence: Evidence): PolicyOutcome;
}
