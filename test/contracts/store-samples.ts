import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { FileReport, Report } from '#findings';
import { type Clock, type GitOid, isGitOid, isSha256, type Sha256 } from '#kernel';
import type {
  DecisionRecord,
  NewVersion,
  PackageRecord,
  Page,
  Paged,
  RepositoryRecord,
  Store,
  VersionFile,
} from '#store';

/** A store under test, over a place of its own. */
export interface AcceptedStore extends AsyncDisposable {
  readonly store: Store;
  reopen(): Promise<Store>;
}

/** What the parts of the contract share: one store, a clock that they move, and names of their own. */
export interface StoreContext {
  readonly store: Store;
  readonly clock: Clock & { time: number };
  reopen(): Promise<void>;
  /** Another store, in another place. */
  open(): Promise<AcceptedStore>;
  newRepository(): Promise<RepositoryRecord>;
  newPackage(): Promise<PackageRecord>;
}

/** All items of a list, in pages. */
export async function readAll<T>(read: (page: Page) => Promise<Paged<T>>, limit: number): Promise<T[]> {
  const items: T[] = [];
  for (let after: string | undefined, pages = 0; pages < 1000; pages += 1) {
    const page = await read(after === undefined ? { limit } : { limit, after });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    after = page.next;
    if (after === undefined) return items;
  }
  throw new Error('a list without an end');
}

export async function until(isDone: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(50)) if (await isDone()) return;
  throw new Error('it did not happen in time');
}

export async function putBlob(store: Store, bytes: Uint8Array): Promise<Sha256> {
  await using staged = await store.blobs.stage({});
  await staged.write(bytes);
  return (await staged.commit()).sha256;
}

export async function* from(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

export function sha256Of(bytes: Uint8Array): Sha256 {
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (!isSha256(digest)) throw new TypeError('not a digest');
  return digest;
}

export function aSha256(): Sha256 {
  return sha256Of(randomBytes(8));
}

export function aGitOid(): GitOid {
  const oid = randomBytes(20).toString('hex');
  if (!isGitOid(oid)) throw new TypeError('not a digest');
  return oid;
}

export function aRepository(): Omit<RepositoryRecord, 'id' | 'createdAt'> {
  return {
    name: `r-${randomUUID()}`,
    protocol: 'huggingface',
    kind: 'remote',
    upstreamUrl: 'https://hub.test',
    upstreamToken: 'hf_x',
    policy: 'balanced',
  };
}

export function aPackage(
  repositoryId: string,
  name: string,
): Pick<PackageRecord, 'repositoryId' | 'type' | 'name' | 'isPrivate'> {
  return { repositoryId, type: 'model', name, isPrivate: false };
}

export function aFile(path: string): VersionFile {
  return { path, sizeBytes: 2 ** 45 + 1, gitOid: aGitOid(), sha256: undefined, isLfs: true };
}

export function aVersion(packageId: string, change: Partial<NewVersion> = {}): NewVersion {
  return {
    packageId,
    revision: aGitOid(),
    parents: [],
    title: 'a title',
    message: 'a message\n',
    author: 'ada',
    createdAt: new Date(Date.UTC(2025, 5, 1)),
    info: { tags: ['x'], nested: { empty: null } },
    files: [aFile('README.md')],
    ...change,
  };
}

export function aDecision(
  versionId: string,
  change: Partial<DecisionRecord> = {},
): Omit<DecisionRecord, 'id'> {
  return {
    versionId,
    repository: 'hub',
    protocol: 'huggingface',
    packageType: 'model',
    packageName: 'org/model',
    version: aGitOid(),
    effect: 'allow',
    state: 'active',
    verdict: 'clean',
    reasons: [{ policyRule: 'balanced/clean', effect: 'allow', message: 'a\0b\ud800', file: 'x!y' }],
    policy: 'balanced',
    policyDigest: aSha256(),
    engineFingerprint: 'engine',
    reportDigest: aSha256(),
    readBytes: 2 ** 40,
    elapsedMs: 12,
    decidedAt: new Date(Date.UTC(2026, 0, 2)),
    settledBy: undefined,
    settledReason: undefined,
    settledAt: undefined,
    ...change,
  };
}

export function aReport(text: string): Report {
  const file: FileReport = {
    path: text,
    format: 'pickle',
    verdict: 'clean',
    findings: [{ rule: 'x/y', message: text, confidence: 'high', place: { offset: 3 } }],
    coverage: { sizeBytes: 1, readBytes: 1, dataBytes: 0, gaps: [] },
  };
  return {
    schema: 'sallyport.report/1',
    engine: { name: 'sallyport', version: '0.0.0', fingerprint: 'f' },
    verdict: 'clean',
    coverage: { fileCount: 1, sizeBytes: 1, readBytes: 1, gapCount: 0 },
    files: [file],
  };
}
