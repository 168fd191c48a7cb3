import { join } from 'node:path';
import type { Sha256 } from '#kernel';

/** Two levels of 256 folders: 16 million blobs leave 256 names in each. */
export function toBlobFolder(root: string, sha256: Sha256): string {
  return join(root, sha256.slice(0, 2), sha256.slice(2, 4));
}

export function toBlobPath(root: string, sha256: Sha256): string {
  return join(toBlobFolder(root, sha256), sha256);
}
