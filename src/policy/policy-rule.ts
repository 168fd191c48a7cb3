import type { Effect, PolicyName } from '#api';
import type { Verdict } from '#findings';

/** What a policy does with whatever has a verdict. */
export interface PolicyRule {
  readonly id: string; // permanent: decisions, refusals
  readonly verdict: Exclude<Verdict, 'clean'>; // its condition
  readonly effect: Exclude<Effect, 'allow'>;
  readonly remedy: string; // plain words: what the person can do
}

type PolicyRules = Readonly<Record<PolicyRule['verdict'], PolicyRule>>;

/** `balanced` stops what is not known to be harmless; `observe` has the same conditions and stops nothing. */
export const POLICY_RULES: Readonly<Record<PolicyName, PolicyRules>> = {
  balanced: {
    malicious: {
      id: 'balanced/malicious',
      verdict: 'malicious',
      effect: 'block',
      remedy: 'Do not load any copy of it; choose another version and tell your security team',
    },
    unsafe: {
      id: 'balanced/unsafe',
      verdict: 'unsafe',
      effect: 'hold',
      remedy: 'Use a version in a format that cannot run code, such as safetensors, or ask for approval',
    },
    undetermined: {
      id: 'balanced/undetermined',
      verdict: 'undetermined',
      effect: 'hold',
      remedy: 'Nobody knows yet what loading it would do; ask for approval or choose another version',
    },
  },
  observe: {
    malicious: {
      id: 'observe/malicious',
      verdict: 'malicious',
      effect: 'warn',
      remedy: 'Do not load it; a stricter policy would block it',
    },
    unsafe: {
      id: 'observe/unsafe',
      verdict: 'unsafe',
      effect: 'warn',
      remedy: 'Loading it can run code; a stricter policy would hold it',
    },
    undetermined: {
      id: 'observe/undetermined',
      verdict: 'undetermined',
      effect: 'warn',
      remedy: 'Nobody knows yet what loading it would do; a stricter policy would hold it',
    },
  },
};
