import { z } from 'zod';
import { Effect } from './decision.ts';
import { PolicyName } from './repository.ts';

/** A policy as people read it. */
export const PolicyDocument = z.strictObject({
  name: PolicyName,
  digest: z.string(),
  description: z.string(),
  rules: z.array(z.strictObject({ id: z.string(), when: z.string(), effect: Effect })),
});
export type PolicyDocument = z.infer<typeof PolicyDocument>;
