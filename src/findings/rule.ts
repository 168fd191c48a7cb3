import type { Verdict } from './verdict.ts';

export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';
export type Confidence = 'low' | 'medium' | 'high';

/** What a finding refers to. Docs, SARIF and pages render it. */
export interface Rule {
  readonly id: string; // permanent, scoped: `pickle/unsafe-call`
  readonly title: string; // one line, no trailing stop
  readonly severity: Severity;
  /** What one finding of this rule makes of its file. `clean` marks a note that judges nothing. */
  readonly verdict: Verdict;
  readonly rationale: string; // why it matters, the attack it stands for
  readonly remediation: string; // what the person can do
  readonly cwe: readonly number[];
}
