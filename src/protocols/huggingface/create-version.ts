import { buildGitTrees, hashGitObject, parseHubPath, renderGitCommit } from '#ecosystems';
import { type GitOid, isGitOid } from '#kernel';
import { type PackageRecord, StoreError, type VersionFile, type VersionRecord } from '#store';
import { applyOperations } from './apply-operations.ts';
import type { HubCall, HubDeps } from './call.ts';
import { type CommitOperation, storeInline } from './commit-operations.ts';
import { HubError } from './hub-error.ts';
import type { KnownObjects } from './known-objects.ts';
import { createLfsRule } from './lfs-rule.ts';
import { toPlainText } from './plain-text.ts';
import { parseReadmeCard } from './readme-card.ts';
import { readSmallFile } from './small-file.ts';

export interface NewCommit {
  readonly branch: string;
  readonly summary: string;
  readonly description: string;
  /** Refuse when the branch is not there; else the commit goes on top of what is there by then. */
  readonly parentCommit: string | undefined;
  readonly operations: readonly CommitOperation[];
}

/** Commits of others may come between reading the branch and moving it this often. */
const MAX_TRIES = 8;

/**
 * Makes a commit on a branch of a local package: the real Git trees and commit, so that its id is the one Git would
 * give it. Has the new version judged in the background. A commit that changes nothing gives the version it started
 * from.
 *
 * @throws {HubError} `stale-parent`, `revision-not-found`, `invalid-request`, `entry-not-found`, `busy`
 */
export async function createVersion(
  deps: HubDeps,
  objects: KnownObjects,
  call: HubCall,
  owner: PackageRecord,
  commit: NewCommit,
): Promise<VersionRecord> {
  const { store } = deps;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const head = await readHead(deps, owner, commit);
    const before = head === undefined ? [] : await store.versions.files(head.id);
    const files = await applyTo(deps, objects, owner, before, commit.operations);
    if (head !== undefined && isSame(before, files)) return head;
    const version = await render(deps, call, owner, head, files, commit);
    try {
      const created = await store.versions.commit({
        ...version,
        branch: commit.branch,
        expected: head?.revision,
      });
      await store.queue.send('judge-version', { versionId: created.id }, { singletonKey: created.id });
      return created;
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'conflict') throw error;
    }
  }
  throw new HubError('busy', 'The branch moves all the time; try again');
}

async function readHead(
  deps: HubDeps,
  owner: PackageRecord,
  commit: NewCommit,
): Promise<VersionRecord | undefined> {
  const { store } = deps;
  const ref = await store.refs.find(owner.id, commit.branch);
  if (ref !== undefined && ref.kind !== 'branch')
    throw new HubError('invalid-request', `Commit to a branch, not to a ${ref.kind}`);
  if (ref === undefined && commit.branch !== owner.defaultRef) {
    throw new HubError('revision-not-found', 'There is no such branch to commit to');
  }
  const { parentCommit } = commit;
  if (
    parentCommit !== undefined &&
    (parentCommit.length < 7 || ref?.revision.startsWith(parentCommit) !== true)
  ) {
    throw new HubError('stale-parent', 'The branch has moved since the parent commit; read it again');
  }
  return ref === undefined ? undefined : store.versions.find(owner.id, ref.revision);
}

async function applyTo(
  deps: HubDeps,
  objects: KnownObjects,
  owner: PackageRecord,
  before: readonly VersionFile[],
  operations: readonly CommitOperation[],
): Promise<ReadonlyMap<string, VersionFile>> {
  const { store, limits } = deps;
  const added = operations.findLast((one) => one.kind === 'file' && one.path === '.gitattributes');
  const standing = before.find((file) => file.path === '.gitattributes');
  const attributes = await readSmallFile(store, added?.kind === 'file' ? added : standing);
  const files = await applyOperations(before, operations, {
    findObject: async (sha256) => (await objects.find(owner.repositoryId, sha256))?.sizeBytes,
    isLfs: createLfsRule(attributes ?? '', limits.regularFileBytes),
    extendAttributes: async (lines, now) => {
      const text = (await readSmallFile(store, now.get('.gitattributes'))) ?? '';
      const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
      return storeInline(store, parseHubPath('.gitattributes'), Buffer.from(start + lines));
    },
  });
  if (files.size > limits.versionFiles) {
    throw new HubError('too-large', `a version may have ${limits.versionFiles} files`);
  }
  for (const operation of operations) {
    // Sent inside the commit, kept as an LFS file: a later copy may name it by its digest.
    const isInlineLfs = operation.kind === 'file' && files.get(operation.path)?.isLfs === true;
    if (isInlineLfs) await objects.add(owner.repositoryId, operation.sha256);
  }
  return files;
}

async function render(
  deps: HubDeps,
  call: HubCall,
  owner: PackageRecord,
  head: VersionRecord | undefined,
  files: ReadonlyMap<string, VersionFile>,
  commit: NewCommit,
) {
  const [title = '', ...rest] = toPlainText(commit.summary).split('\n');
  const root = buildGitTrees(files.values()).get('');
  if (root === undefined) throw new TypeError('a version without a root tree');
  const described = {
    parents: head === undefined ? [] : [head.revision],
    title: title.trim() === '' ? 'Update' : title.trim(),
    message: [rest.join('\n').trim(), toPlainText(commit.description).trim()]
      .filter((text) => text !== '')
      .join('\n\n'),
    author: call.principal.name,
    // Git keeps whole seconds; the record says the same as the object.
    createdAt: new Date(Math.floor(deps.clock.now().getTime() / 1000) * 1000),
  };
  const parents = described.parents.filter(isGitOid);
  const revision: GitOid = hashGitObject(
    'commit',
    renderGitCommit({ ...described, parents, tree: root.oid }),
  );
  const readme = await readSmallFile(deps.store, files.get('README.md'));
  const { info } = parseReadmeCard(readme ?? '', deps.limits.readmeBytes);
  return { ...described, packageId: owner.id, revision, info, files: [...files.values()] };
}

function isSame(before: readonly VersionFile[], after: ReadonlyMap<string, VersionFile>): boolean {
  return before.length === after.size && before.every((file) => after.get(file.path)?.gitOid === file.gitOid);
}
