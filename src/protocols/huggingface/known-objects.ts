import type { Sha256 } from '#kernel';
import type { BlobInfo, Store } from '#store';

/**
 * Which objects a repository has been given. Blobs are shared by all repositories, so knowing a digest must not be
 * enough to take its bytes into a package: they have to have been sent to this repository once.
 */
export interface KnownObjects {
  add(repositoryId: string, sha256: Sha256): Promise<void>;
  /** Its size, when it was sent here and is stored. */
  find(repositoryId: string, sha256: Sha256): Promise<BlobInfo | undefined>;
}

export function createKnownObjects(store: Store): KnownObjects {
  const key = (repositoryId: string, sha256: Sha256) => `huggingface/object/${repositoryId}/${sha256}`;
  return {
    async add(repositoryId, sha256) {
      await store.settings.init(key(repositoryId, sha256), true);
    },
    async find(repositoryId, sha256) {
      const isKnown = (await store.settings.get(key(repositoryId, sha256))) === true;
      return isKnown ? store.blobs.find(sha256) : undefined;
    },
  };
}
