import { z } from 'zod';

/** `read` pulls, `write` also pushes, `admin` also manages repositories, tokens, decisions. */
export const Action = z.enum(['read', 'write', 'admin']);
export type Action = z.infer<typeof Action>;

export const Scope = z.strictObject({
  repository: z.string().describe('name of a repository, or * for all'),
  action: Action,
});
export type Scope = z.infer<typeof Scope>;

export const Token = z.strictObject({
  id: z.string(),
  name: z.string().min(1).max(100),
  scopes: z.array(Scope).min(1),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().optional(),
  lastUsedAt: z.iso.datetime().optional(),
  revokedAt: z.iso.datetime().optional(),
});
export type Token = z.infer<typeof Token>;

export const CreateToken = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(Scope).min(1).max(100),
  expiresInDays: z.int().min(1).max(3650).optional().describe('without it the token does not expire'),
});

export const CreatedToken = z.strictObject({
  token: Token,
  secret: z.string().describe('shown once; stored only as a hash'),
});
