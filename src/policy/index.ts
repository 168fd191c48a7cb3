export type { Policy, PolicyOutcome } from './policy.ts';
