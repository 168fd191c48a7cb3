import { z } from 'zod';

/** Lower-case letters, digits, `-`, `_`, `.`; starts with a letter or digit. Part of URLs. */
export const RepositoryName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'expected a name such as hub or ml-models');

export const Protocol = z.enum(['huggingface']);
export type Protocol = z.infer<typeof Protocol>;

export const PolicyName = z.enum(['balanced', 'observe']);
export type PolicyName = z.infer<typeof PolicyName>;

export const Repository = z.strictObject({
  name: RepositoryName,
  protocol: Protocol,
  kind: z.enum(['local', 'remote']),
  upstreamUrl: z.url().optional().describe('remote only'),
  policy: PolicyName,
  createdAt: z.iso.datetime(),
});
export type Repository = z.infer<typeof Repository>;
