export { createPolicy } from './create-policy.ts';
export { describePolicies } from './describe-policy.ts';
export type { Evidence, Policy, PolicyOutcome } from './policy.ts';
export { reasonKey } from './reason-key.ts';
export { toLine } from './to-line.ts';
