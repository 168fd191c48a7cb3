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

const UpstreamUrl = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .refine((text) => URL.canParse(text) && new URL(text).username === '' && new URL(text).password === '', {
    error: 'credentials do not belong in the address: use upstreamToken',
  });

const UpstreamToken = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[\x21-\x7e]+$/, 'expected printable ASCII without spaces')
  .describe('credential for the upstream; never shown again');

export const CreateRepository = z
  .strictObject({
    name: RepositoryName,
    protocol: Protocol.default('huggingface'),
    kind: z.enum(['local', 'remote']),
    upstreamUrl: UpstreamUrl.optional(),
    upstreamToken: UpstreamToken.optional(),
    policy: PolicyName.default('balanced'),
  })
  .refine((input) => (input.kind === 'remote') === (input.upstreamUrl !== undefined), {
    error: 'a remote repository needs upstreamUrl, a local one has none',
    path: ['upstreamUrl'],
  });

export const UpdateRepository = z.strictObject({
  upstreamUrl: UpstreamUrl.optional(),
  upstreamToken: UpstreamToken.nullable().optional().describe('null removes it'),
  policy: PolicyName.optional(),
});
