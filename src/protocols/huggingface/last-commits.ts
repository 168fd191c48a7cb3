import type { Resolved } from '#gate';
import type { VersionFile, VersionRecord } from '#store';
import type { HubDeps } from './call.ts';

/** How far back is looked. What is older is given the oldest commit that was looked at. */
const MAX_COMMITS = 50;

/**
 * The commit that last changed each file. Of a remote package only the commits that were asked for are known, so its
 * files are given the version's own.
 */
export async function findLastCommits(
  deps: HubDeps,
  { key, package: found, version }: Resolved,
  files: readonly VersionFile[],
): Promise<ReadonlyMap<string, VersionRecord>> {
  const commits = new Map<string, VersionRecord>();
  if (key.repository.kind === 'remote' || files.length === 0) return commits;
  const { items } = await deps.store.versions.history(found.id, version.revision, { limit: MAX_COMMITS });
  let open = new Map(files.map((file) => [file.path, file]));
  let newer = version;
  for (const commit of items.slice(1)) {
    const before = new Map(
      (await deps.store.versions.files(commit.id)).map((file) => [file.path, file.gitOid]),
    );
    const same = new Map<string, VersionFile>();
    for (const [path, file] of open) {
      if (before.get(path) === file.gitOid) same.set(path, file);
      else commits.set(path, newer);
    }
    open = same;
    newer = commit;
    if (open.size === 0) break;
  }
  for (const path of open.keys()) commits.set(path, newer);
  return commits;
}
