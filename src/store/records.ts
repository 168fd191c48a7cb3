import type { Decision, Protocol, Repository, Scope } from '#api';
import type { GitOid, Sha256 } from '#kernel';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface RepositoryRecord {
  readonly id: string; // uuid
  readonly name: string;
  readonly protocol: Protocol;
  readonly kind: Repository['kind'];
  readonly upstreamUrl: string | undefined;
  /** Credential for the upstream; never leaves the store but to the upstream client. */
  readonly upstreamToken: string | undefined;
  readonly policy: Repository['policy'];
  readonly createdAt: Date;
}

export interface PackageRecord {
  readonly id: string; // uuid
  readonly repositoryId: string;
  readonly type: string; // model | dataset | space
  readonly name: string; // org/model, unique per repository and type without regard to case
  readonly isPrivate: boolean;
  readonly defaultRef: string; // main
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An immutable state of a package. */
export interface VersionRecord {
  readonly id: string; // uuid
  readonly packageId: string;
  readonly revision: string; // for the Hub 40 hex digits of the commit
  readonly parents: readonly string[];
  readonly title: string;
  readonly message: string;
  readonly author: string;
  readonly createdAt: Date; // of the commit
  /** Remote: what the upstream says of it, as sanitised JSON, passed through to clients. Local: `{}`. */
  readonly info: Json;
}

export interface VersionFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Git blob id of what Git would store: of the pointer when `isLfs`. */
  readonly gitOid: GitOid;
  /** Known from the start for LFS files; for others once their bytes have been seen. */
  readonly sha256: Sha256 | undefined;
  readonly isLfs: boolean;
}

/** A movable name of a version. */
export interface RefRecord {
  readonly kind: 'branch' | 'tag' | 'pull-request';
  readonly name: string; // main, v1.0, refs/pr/1
  readonly revision: string;
  readonly checkedAt: Date; // when the upstream last said so; of the last move for local packages
}

export interface BlobInfo {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
}

export interface TokenRecord {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

export type DecisionRecord = Omit<Decision, 'decidedAt' | 'settledAt'> & {
  readonly versionId: string;
  readonly decidedAt: Date;
  readonly settledAt: Date | undefined;
};
