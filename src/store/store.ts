import type { FileReport, Report } from '#findings';
import type { Sha256 } from '#kernel';
import type { BlobStore } from './blob-store.ts';
import type {
  DecisionRecord,
  Json,
  PackageRecord,
  RefRecord,
  RepositoryRecord,
  TokenRecord,
  VersionFile,
  VersionRecord,
} from './records.ts';

/** Everything that outlives a process. Every acknowledged write is on disk. Methods throw {@link StoreError}. */
export interface Store extends AsyncDisposable {
  readonly repositories: RepositoryStore;
  readonly packages: PackageStore;
  readonly versions: VersionStore;
  readonly refs: RefStore;
  readonly blobs: BlobStore;
  readonly reports: ReportStore;
  readonly decisions: DecisionStore;
  readonly tokens: TokenStore;
  readonly uploads: UploadStore;
  readonly settings: SettingStore;
  readonly queue: Queue;
  /** A round trip to the database; for /readyz. */
  ping(): Promise<void>;
}

export interface Page {
  readonly limit: number;
  readonly after?: string; // opaque, from `next`
}
export interface Paged<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

export interface RepositoryStore {
  create(input: Omit<RepositoryRecord, 'id' | 'createdAt'>): Promise<RepositoryRecord>; // `exists`
  find(name: string): Promise<RepositoryRecord | undefined>;
  get(id: string): Promise<RepositoryRecord>; // `not-found`
  list(): Promise<readonly RepositoryRecord[]>;
  update(
    name: string,
    change: Partial<Pick<RepositoryRecord, 'upstreamUrl' | 'upstreamToken' | 'policy'>>,
  ): Promise<RepositoryRecord>; // `not-found`
  /** With all its packages. Blobs stay. */
  delete(name: string): Promise<void>; // `not-found`
}

export interface PackageStore {
  create(input: Pick<PackageRecord, 'repositoryId' | 'type' | 'name' | 'isPrivate'>): Promise<PackageRecord>; // `exists`
  /** For remote packages: the row, made when it is not there. */
  ensure(input: Pick<PackageRecord, 'repositoryId' | 'type' | 'name' | 'isPrivate'>): Promise<PackageRecord>;
  find(repositoryId: string, type: string, name: string): Promise<PackageRecord | undefined>;
  get(id: string): Promise<PackageRecord>;
  list(
    filter: {
      readonly repositoryId: string;
      readonly type?: string;
      readonly search?: string;
      readonly author?: string;
    },
    page: Page,
  ): Promise<Paged<PackageRecord>>;
  update(id: string, change: Partial<Pick<PackageRecord, 'isPrivate' | 'name'>>): Promise<PackageRecord>; // `exists`
  delete(id: string): Promise<void>;
}

export interface NewVersion {
  readonly packageId: string;
  readonly revision: string;
  readonly parents: readonly string[];
  readonly title: string;
  readonly message: string;
  readonly author: string;
  readonly createdAt: Date;
  readonly info: Json;
  readonly files: readonly VersionFile[];
}

export interface VersionStore {
  /** The row, made when it is not there; with its files, in one transaction. */
  ensure(input: NewVersion): Promise<VersionRecord>;
  /**
   * A local commit: version, files and the move of a branch, in one transaction. `expected` is the revision the
   * branch must have (`undefined`: the branch must not exist).
   * @throws {StoreError} `conflict`
   */
  commit(
    input: NewVersion & { readonly branch: string; readonly expected: string | undefined },
  ): Promise<VersionRecord>;
  find(packageId: string, revision: string): Promise<VersionRecord | undefined>;
  get(id: string): Promise<VersionRecord>;
  files(versionId: string): Promise<readonly VersionFile[]>; // by path
  file(versionId: string, path: string): Promise<VersionFile | undefined>;
  /** Records what bytes showed for a file whose digest was not known. */
  setFileDigest(versionId: string, path: string, sha256: Sha256): Promise<void>;
  /** First parents from `revision` back. */
  history(packageId: string, revision: string, page: Page): Promise<Paged<VersionRecord>>;
  list(packageId: string, page: Page): Promise<Paged<VersionRecord>>; // newest first
}

export interface RefStore {
  find(packageId: string, name: string): Promise<RefRecord | undefined>;
  list(packageId: string): Promise<readonly RefRecord[]>;
  create(packageId: string, ref: Omit<RefRecord, 'checkedAt'>): Promise<void>; // `exists`
  /** Remote packages: what the upstream says now. */
  put(packageId: string, ref: RefRecord): Promise<void>;
  delete(packageId: string, name: string): Promise<void>; // `not-found`
}

/** The same bytes under the same path get the same reports from the same engine. */
export interface FileReportKey {
  readonly sha256: Sha256;
  readonly engineFingerprint: string;
  readonly path: string; // as handed to the scanner; at most a few KiB
}

export interface ReportStore {
  /** Stores the report under the digest of its canonical JSON. */
  put(report: Report): Promise<Sha256>;
  get(digest: string): Promise<Report>; // `not-found`
  /**
   * Remembers what an engine said of one file and its members, so that the same bytes are taken apart once. Only
   * for bytes whose digest was verified. Putting a key again replaces it.
   */
  putFile(key: FileReportKey, reports: readonly FileReport[]): Promise<void>;
  findFile(key: FileReportKey): Promise<readonly FileReport[] | undefined>;
}

export interface DecisionStore {
  /** Records it; the version's earlier active decision becomes `superseded`, in one transaction. */
  record(input: Omit<DecisionRecord, 'id'>): Promise<DecisionRecord>;
  /** The one that stands for a version: newest that is not superseded. */
  current(versionId: string): Promise<DecisionRecord | undefined>;
  find(id: string): Promise<DecisionRecord | undefined>;
  list(
    filter: {
      readonly repository?: string;
      readonly packageName?: string;
      readonly effect?: DecisionRecord['effect'];
      readonly state?: DecisionRecord['state'];
    },
    page: Page,
  ): Promise<Paged<DecisionRecord>>; // newest first
  /** A person settles a held version. @throws {StoreError} `not-found`, `conflict` when it is not active and held */
  settle(
    id: string,
    settlement: {
      readonly state: 'approved' | 'refused';
      readonly by: string;
      readonly reason: string;
      readonly at: Date;
    },
  ): Promise<DecisionRecord>;
}

export interface TokenStore {
  /** `hash`: sha256 of the secret; the secret itself is never stored. */
  create(
    input: Pick<TokenRecord, 'name' | 'scopes' | 'expiresAt'> & { readonly hash: Sha256 },
  ): Promise<TokenRecord>;
  findByHash(hash: Sha256): Promise<TokenRecord | undefined>;
  list(): Promise<readonly TokenRecord[]>;
  revoke(id: string, at: Date): Promise<void>; // `not-found`
  touch(id: string, at: Date): Promise<void>; // last use; callers do this at most once a minute
}

/** An LFS upload in several parts that survives a restart. */
export interface UploadRecord {
  readonly id: string;
  readonly packageId: string;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly partBytes: number;
  readonly expiresAt: Date;
}

export interface UploadStore {
  /** The same upload is found again when it is asked for again before it expires. */
  begin(input: Omit<UploadRecord, 'id'>): Promise<UploadRecord>;
  find(id: string): Promise<UploadRecord | undefined>;
  /** Writes one part, 1-based, replacing an earlier try. Returns its entity tag. @throws `size-mismatch` */
  writePart(id: string, partNumber: number, body: AsyncIterable<Uint8Array>): Promise<string>;
  /** Joins the parts, verifies size and digest, commits the blob, forgets the upload. @throws `digest-mismatch`, `conflict` for a missing part */
  complete(
    id: string,
    parts: readonly { readonly partNumber: number; readonly etag: string }[],
  ): Promise<void>;
  abort(id: string): Promise<void>;
  deleteExpired(now: Date): Promise<number>;
}

export interface SettingStore {
  get(key: string): Promise<Json | undefined>;
  /** Keeps the value that is already there: two processes agree on one secret. Returns the kept value. */
  init(key: string, value: Json): Promise<Json>;
}

export interface JobOptions {
  /** One waiting or running job per key. */
  readonly singletonKey?: string;
  readonly priority?: number; // higher first
  readonly retryLimit?: number;
}

export interface Queue {
  send(kind: JobKind, payload: Json, options?: JobOptions): Promise<void>;
  /** Takes jobs of a kind until the store is closed. A handler that throws has its job retried with backoff. */
  work(
    kind: JobKind,
    handler: (payload: Json, signal: AbortSignal) => Promise<void>,
    concurrency: number,
  ): Promise<void>;
  /** Jobs whose every try failed; kept for a month. */
  failed(): Promise<readonly FailedJob[]>;
}

export interface FailedJob {
  readonly id: string;
  readonly kind: JobKind;
  readonly payload: Json;
  readonly failedAt: Date;
  readonly message: string; // of the last error
}

export type JobKind = 'judge-version' | 'sweep-uploads';
