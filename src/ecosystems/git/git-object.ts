import { createHash } from 'node:crypto';
import { type GitOid, isGitOid } from '#kernel';

export type GitObjectKind = 'blob' | 'tree' | 'commit';

/** The id that Git gives to an object: SHA-1 over its kind, length and bytes. */
export function hashGitObject(kind: GitObjectKind, bytes: Uint8Array): GitOid {
  const hex = createHash('sha1').update(`${kind} ${bytes.length}\0`).update(bytes).digest('hex');
  if (!isGitOid(hex)) throw new TypeError('sha1 gave no sha1');
  return hex;
}

export function hashGitBlob(bytes: Uint8Array): GitOid {
  return hashGitObject('blob', bytes);
}
