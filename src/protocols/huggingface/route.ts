import {
  HUB_REPO_TYPES,
  type HubPath,
  type HubRepo,
  type HubRepoType,
  type HubRevision,
  parseHubPath,
  parseHubRepoId,
  parseHubRevision,
} from '#ecosystems';
import { quote } from '#kernel';
import { HubError } from './hub-error.ts';

/** What a request asks for, by its path alone. */
export type HubRoute =
  | { readonly kind: 'home' | 'whoami' | 'telemetry' | 'agent-harnesses' | 'validate-yaml' }
  | { readonly kind: 'create' | 'delete' | 'move' }
  | { readonly kind: 'list'; readonly type: HubRepoType }
  | { readonly kind: 'info'; readonly repo: HubRepo; readonly revision: HubRevision | undefined }
  | { readonly kind: 'tree'; readonly repo: HubRepo; readonly revision: HubRevision; readonly path: string }
  | { readonly kind: RevisionCall; readonly repo: HubRepo; readonly revision: HubRevision }
  | { readonly kind: 'refs' | 'settings'; readonly repo: HubRepo }
  | { readonly kind: 'auth-check'; readonly repo: HubRepo; readonly isWrite: boolean }
  | { readonly kind: 'branch' | 'tag'; readonly repo: HubRepo; readonly name: HubRevision }
  | { readonly kind: 'xet-token'; readonly repo: HubRepo }
  | { readonly kind: 'xet-refused' }
  | {
      readonly kind: 'file';
      readonly repo: HubRepo;
      readonly revision: HubRevision;
      readonly path: HubPath;
      readonly isRaw: boolean;
    }
  | { readonly kind: 'lfs-batch' | 'lfs-locks'; readonly repo: HubRepo }
  | { readonly kind: 'lfs-object'; readonly token: string }
  | { readonly kind: 'git'; readonly repo: HubRepo }
  | { readonly kind: 'unsupported'; readonly what: string };

type RevisionCall = 'paths-info' | 'commits' | 'commit' | 'preupload';

/** Far above the longest address that a valid path and revision can make. */
const MAX_PATH_LENGTH = 8_192;

/** The address that a refused Xet upload is led to: its client prints nothing but a status line and this. */
export const XET_REFUSED_PATH = 'xet-is-not-spoken-here/set/HF_HUB_DISABLE_XET=1';

/**
 * Reads the part of the path after the repository of this server. Repository ids have one or two segments, so the
 * word after them is looked for instead of counting.
 *
 * @param path percent-encoded, starts with `/`
 * @throws {HubError} `invalid-request`
 * @throws {EcosystemError}
 */
export function parseHubRoute(path: string): HubRoute {
  if (path.length > MAX_PATH_LENGTH) throw new HubError('invalid-request', 'the address is too long');
  const segments = path
    .replace(/^\/|\/$/g, '')
    .split('/')
    .map(decode);
  const [first = '', ...rest] = segments;
  if (first === '' && rest.length === 0) return { kind: 'home' };
  if (first === 'api') return parseApiRoute(rest);
  if (first === 'lfs-objects') return { kind: 'lfs-object', token: rest.join('/') };
  if (segments.join('/') === XET_REFUSED_PATH) return { kind: 'xet-refused' };
  const type = HUB_REPO_TYPES.find((one) => one !== 'model' && first === `${one}s`);
  return parseWebRoute(type ?? 'model', type === undefined ? segments : rest);
}

/** Repository pages and files: `/{id}/resolve/{revision}/{path}`, `/{id}.git/info/lfs/...`. */
function parseWebRoute(type: HubRepoType, segments: readonly string[]): HubRoute {
  const gitAt = segments.findIndex((segment, index) => index < 2 && segment.endsWith('.git'));
  if (gitAt >= 0) return parseGitRoute(type, segments, gitAt);
  const at = findCall(segments, WEB_CALLS);
  if (at === undefined) return { kind: 'unsupported', what: 'web pages of a repository' };
  const repo = toRepo(type, segments.slice(0, at));
  if (segments[at] === 'info') return { kind: 'git', repo };
  const { revision, rest } = takeRevision(segments.slice(at + 1));
  return { kind: 'file', repo, revision, path: parseHubPath(rest.join('/')), isRaw: segments[at] === 'raw' };
}

function parseGitRoute(type: HubRepoType, segments: readonly string[], gitAt: number): HubRoute {
  const id = segments
    .slice(0, gitAt + 1)
    .join('/')
    .slice(0, -'.git'.length);
  const repo = { type, id: parseHubRepoId(id) };
  const call = segments.slice(gitAt + 1).join('/');
  if (call === 'info/lfs/objects/batch') return { kind: 'lfs-batch', repo };
  return call.startsWith('info/lfs/locks') ? { kind: 'lfs-locks', repo } : { kind: 'git', repo };
}

function parseApiRoute(segments: readonly string[]): HubRoute {
  const [first = '', ...rest] = segments;
  switch (first) {
    case 'whoami-v2':
    case 'validate-yaml':
    case 'agent-harnesses':
      if (rest.length > 0) break;
      return { kind: first === 'whoami-v2' ? 'whoami' : first };
    case 'telemetry':
      return { kind: 'telemetry' };
    case 'repos': {
      const [call = ''] = rest;
      if (rest.length === 1 && (call === 'create' || call === 'delete' || call === 'move'))
        return { kind: call };
      break;
    }
    case 'resolve-cache': {
      const [plural = '', ...tail] = rest;
      const type = toType(plural);
      // `{id}/{commit}/{path}` without a word between: the commit is what can be told.
      const at = tail.findIndex(
        (segment, index) => (index === 1 || index === 2) && /^[0-9a-f]{40}$/.test(segment),
      );
      if (type === undefined || at < 0) break;
      const repo = toRepo(type, tail.slice(0, at));
      const revision = parseHubRevision(tail[at] ?? '');
      return { kind: 'file', repo, revision, path: parseHubPath(tail.slice(at + 1).join('/')), isRaw: false };
    }
    default: {
      const type = toType(first);
      if (type !== undefined) return rest.length === 0 ? { kind: 'list', type } : parseRepoRoute(type, rest);
    }
  }
  return { kind: 'unsupported', what: `/api/${first.slice(0, 60)}` };
}

const WEB_CALLS: ReadonlySet<string> = new Set(['resolve', 'raw', 'info']);

const REPO_CALLS: ReadonlySet<string> = new Set(
  (
    'revision tree paths-info refs commits commit preupload branch tag settings auth-check xet-read-token ' +
    'xet-write-token super-squash lfs-files discussions user-access-request treesize compare'
  ).split(' '),
);

function parseRepoRoute(type: HubRepoType, segments: readonly string[]): HubRoute {
  const at = findCall(segments, REPO_CALLS) ?? Math.min(2, segments.length);
  const repo = toRepo(type, segments.slice(0, at));
  const call = segments[at];
  const tail = segments.slice(at + 1);
  switch (call) {
    case undefined:
      return { kind: 'info', repo, revision: undefined };
    case 'revision':
      return { kind: 'info', repo, revision: takeWholeRevision(tail) };
    case 'tree': {
      const { revision, rest } = takeRevision(tail);
      const path = rest.join('/').replace(/\/+$/, '');
      return { kind: 'tree', repo, revision, path: path === '' ? '' : parseHubPath(path) };
    }
    case 'paths-info':
    case 'commits':
    case 'commit':
    case 'preupload':
      return { kind: call, repo, revision: takeWholeRevision(tail) };
    case 'branch':
    case 'tag':
      return { kind: call, repo, name: takeWholeRevision(tail) };
    case 'refs':
    case 'settings':
      if (tail.length === 0) return { kind: call, repo };
      break;
    case 'auth-check':
      if (tail.length === 0 || tail.join('/') === 'write')
        return { kind: call, repo, isWrite: tail.length > 0 };
      break;
    case 'xet-read-token':
    case 'xet-write-token':
      return { kind: 'xet-token', repo };
  }
  return { kind: 'unsupported', what: `/api/${type}s/{repo}/${call.slice(0, 60)}` };
}

/**
 * Where the word after a repository id stands. Two segments go first, so that a repository may have such a word as its
 * name; only a ref that was not encoded (`gpt2/tree/refs/pr/1`) looks the same and is not one.
 */
function findCall(segments: readonly string[], words: ReadonlySet<string>): 1 | 2 | undefined {
  const [, second = '', third = '', fourth = ''] = segments;
  const isBareRef = third === 'refs' && (fourth === 'pr' || fourth === 'convert');
  if (words.has(third) && !(words.has(second) && isBareRef)) return 2;
  return words.has(second) ? 1 : undefined;
}

function toType(plural: string): HubRepoType | undefined {
  return HUB_REPO_TYPES.find((type) => plural === `${type}s`);
}

function toRepo(type: HubRepoType, segments: readonly string[]): HubRepo {
  return { type, id: parseHubRepoId(segments.join('/')) };
}

/** Python encodes the `/` in a revision, JavaScript does not everywhere: `refs/pr/1` stays together. */
function takeRevision(segments: readonly string[]): {
  readonly revision: HubRevision;
  readonly rest: readonly string[];
} {
  const [first = '', second = ''] = segments;
  const length = first === 'refs' && (second === 'pr' || second === 'convert') ? 3 : 1;
  return { revision: toRevision(segments.slice(0, length).join('/')), rest: segments.slice(length) };
}

function takeWholeRevision(segments: readonly string[]): HubRevision {
  return toRevision(segments.join('/'));
}

/** `HEAD` is what the JavaScript client calls the default branch. */
function toRevision(text: string): HubRevision {
  return parseHubRevision(text === 'HEAD' ? 'main' : text);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new HubError('invalid-request', `the address is not percent-encoded UTF-8: ${quote(segment)}`);
  }
}
