import { z } from 'zod';

/** What policy does with a version, from best to worst. */
export const Effect = z.enum(['allow', 'warn', 'hold', 'block']);
export type Effect = z.infer<typeof Effect>;

export const VerdictName = z.enum(['clean', 'undetermined', 'unsafe', 'malicious']);

/** Why a decision is what it is. One line each; hostile text in it is quoted. */
export const Reason = z.strictObject({
  policyRule: z.string().describe('id of the policy rule that fired, e.g. balanced/malicious'),
  effect: Effect,
  message: z.string().describe('one line for the person'),
  finding: z.string().optional().describe('id of the scan rule, e.g. pickle/dangerous-call'),
  file: z.string().optional().describe('path in the version, members as outer!inner'),
  evidence: z.string().optional().describe('what would run, as a line of pseudo-Python, or another excerpt'),
});
export type Reason = z.infer<typeof Reason>;

/** The recorded outcome of policy on a version. */
export const Decision = z.strictObject({
  id: z.string().describe('permanent; its page is /decisions/{id}'),
  repository: z.string(),
  protocol: z.string(),
  packageType: z.string().describe('model, dataset, ...'),
  packageName: z.string(),
  version: z.string().describe('for the Hub a commit'),
  effect: Effect.describe('what policy said'),
  state: z
    .enum(['active', 'approved', 'refused', 'superseded'])
    .describe('approved and refused: a person settled a held version; superseded: a newer decision stands'),
  verdict: VerdictName,
  reasons: z.array(Reason),
  policy: z.string().describe('name of the policy'),
  policyDigest: z.string().describe('sha256 of the policy that made it'),
  engineFingerprint: z.string(),
  reportDigest: z.string().describe('sha256 of the report it rests on'),
  readBytes: z.int().describe('bytes read to decide'),
  elapsedMs: z.int().describe('time from first question to decision'),
  decidedAt: z.iso.datetime(),
  settledBy: z.string().optional(),
  settledReason: z.string().optional(),
  settledAt: z.iso.datetime().optional(),
});
export type Decision = z.infer<typeof Decision>;
