import { type Brand, quote } from '#kernel';
import { EcosystemError } from '../ecosystem-error.ts';

export type HubRepoType = 'model' | 'dataset' | 'space';

/** `name` or `namespace/name`, as the Hub allows them. */
export type HubRepoId = Brand<string, 'HubRepoId'>;

export interface HubRepo {
  readonly type: HubRepoType;
  readonly id: HubRepoId;
}

export const HUB_REPO_TYPES: readonly HubRepoType[] = ['model', 'dataset', 'space'];

/** The Hub allows 96 characters for the whole id. */
const MAX_ID_LENGTH = 96;

/** First words of other addresses: a repository of that namespace could never be asked for. */
const RESERVED_NAMESPACES: ReadonlySet<string> = new Set([
  ...['api', 'models', 'datasets', 'spaces', 'kernels', 'buckets', 'lfs-objects'],
]);

export function isHubRepoId(text: string): text is HubRepoId {
  if (text.length > MAX_ID_LENGTH) return false;
  const segments = text.split('/');
  const [first = ''] = segments;
  return segments.length <= 2 && segments.every(isHubName) && !RESERVED_NAMESPACES.has(first.toLowerCase());
}

/** @throws {EcosystemError} `invalid-repo-id` */
export function parseHubRepoId(text: string): HubRepoId {
  if (isHubRepoId(text)) return text;
  throw new EcosystemError(
    'invalid-repo-id',
    `expected name or namespace/name of letters, digits, "-", "_" and ".", found ${quote(text)}`,
  );
}

/** One segment of an id. */
function isHubName(text: string): boolean {
  return (
    /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/.test(text) &&
    !text.includes('--') && // the clients' cache folders use it between namespace and name
    !text.includes('..') &&
    !/\.git$/i.test(text)
  );
}
