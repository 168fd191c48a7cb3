import { HUB_REPO_TYPES, type HubRepo, parseHubPath, parseHubRepoId } from '#ecosystems';
import type { Origin, PackageKey } from '#gate';
import { type GitOid, isGitOid, quote } from '#kernel';
import type { Json, RepositoryRecord, VersionFile } from '#store';
import { type HubFile, type HubInfo, type HubUpstream, UpstreamError } from '#upstream';

/** Where the gate gets the versions of remote Hub repositories. */
export function createHubOrigin(upstreamFor: (repository: RepositoryRecord) => HubUpstream): Origin {
  return {
    async resolve(key, ref, signal) {
      const { commit } = await upstreamFor(key.repository).info(toRepo(key), ref, signal);
      // A shortened commit is not a name that moves.
      const isRevision = /^[0-9a-f]{4,40}$/.test(ref) && commit.startsWith(ref);
      const kind = ref.startsWith('refs/pr/') ? 'pull-request' : 'branch';
      return { kind, name: isRevision ? commit : ref, revision: commit };
    },

    async describe(key, revision, signal) {
      const upstream = upstreamFor(key.repository);
      const repo = toRepo(key);
      const commit = toCommit(revision);
      const [info, files, commits] = await Promise.all([
        upstream.info(repo, commit, signal),
        upstream.tree(repo, commit, signal),
        upstream.commits(repo, commit, 1, signal).catch((error: unknown) => {
          // Some mirrors have no history: the title and author of a commit are not worth refusing it.
          if (error instanceof UpstreamError && error.code !== 'unavailable' && error.code !== 'rate-limited')
            return [];
          throw error;
        }),
      ]);
      const [last] = commits;
      return {
        revision: info.commit,
        parents: [],
        title: last?.title ?? '',
        message: last?.message ?? '',
        author: last?.author ?? '',
        createdAt: last?.createdAt ?? readDate(info),
        info: toJson(info),
        files: files.map(toVersionFile),
      };
    },

    async open(key, revision, file, signal) {
      return upstreamFor(key.repository).open(toRepo(key), toCommit(revision), toHubFile(file), signal);
    },

    async download(key, revision, file, startOffset, signal) {
      const upstream = upstreamFor(key.repository);
      const download = await upstream.download(
        toRepo(key),
        toCommit(revision),
        toHubFile(file),
        startOffset,
        signal,
      );
      return download.body;
    },
  };
}

function toRepo(key: PackageKey): HubRepo {
  const type = HUB_REPO_TYPES.find((one) => one === key.type);
  if (type === undefined) throw new TypeError(`not a type of the Hub: ${quote(key.type)}`);
  return { type, id: parseHubRepoId(key.name) };
}

function toCommit(revision: string): GitOid {
  if (isGitOid(revision)) return revision;
  throw new UpstreamError('revision-not-found', `expected a commit, found ${quote(revision)}`);
}

function toHubFile(file: VersionFile): HubFile {
  return {
    path: parseHubPath(file.path),
    sizeBytes: file.sizeBytes,
    gitOid: file.gitOid,
    // What bytes showed of a regular file is ours to know: the upstream does not name it.
    sha256: file.isLfs ? file.sha256 : undefined,
  };
}

function toVersionFile(file: HubFile): VersionFile {
  return {
    path: file.path,
    sizeBytes: file.sizeBytes,
    gitOid: file.gitOid,
    sha256: file.sha256,
    isLfs: file.sha256 !== undefined,
  };
}

/** The files are kept as such; everything else the upstream says goes on to the clients. */
function toJson(info: HubInfo): Json {
  const { siblings: _, ...rest } = info.raw;
  return JSON.parse(JSON.stringify(rest));
}

function readDate(info: HubInfo): Date {
  const said = info.raw.lastModified;
  const date = new Date(typeof said === 'string' ? said : 0);
  return Number.isNaN(date.getTime()) ? new Date(0) : date;
}
