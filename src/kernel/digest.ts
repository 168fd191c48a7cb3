import type { Brand } from './brand.ts';

/** SHA-256 of a blob's bytes: 64 lowercase hex digits. */
export type Sha256 = Brand<string, 'Sha256'>;

/** SHA-1 of a Git object (blob, tree, commit): 40 lowercase hex digits. */
export type GitOid = Brand<string, 'GitOid'>;

export function isSha256(text: string): text is Sha256 {
  return /^[0-9a-f]{64}$/.test(text);
}

export function isGitOid(text: string): text is GitOid {
  return /^[0-9a-f]{40}$/.test(text);
}
