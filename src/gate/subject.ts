import type { Store } from '#store';
import type { Resolved } from './gate.ts';

/** A version with what it belongs to. */
export type Subject = Pick<Resolved, 'key' | 'package' | 'version'>;

/** @throws {StoreError} `not-found` */
export async function readSubject(store: Store, versionId: string): Promise<Subject> {
  const version = await store.versions.get(versionId);
  const owner = await store.packages.get(version.packageId);
  const repository = await store.repositories.get(owner.repositoryId);
  return { key: { repository, type: owner.type, name: owner.name }, package: owner, version };
}
