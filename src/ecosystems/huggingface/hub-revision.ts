import { type Brand, quote } from '#kernel';
import { EcosystemError } from '../ecosystem-error.ts';

/** A branch, a tag, `refs/pr/N`, or (part of) a commit id, by the rules of Git's ref names. */
export type HubRevision = Brand<string, 'HubRevision'>;

const MAX_REVISION_LENGTH = 250;

export function isHubRevision(text: string): text is HubRevision {
  return (
    text.length > 0 &&
    text.length <= MAX_REVISION_LENGTH &&
    /^[^\s~^:?*[\\\p{Cc}]+$/u.test(text) &&
    text.isWellFormed() &&
    !/(?:^|\/)(?:\.|$)|\/\/|\.\.|@\{|\.lock(?:\/|$)|^[-/]|[./]$/.test(text) &&
    text !== '@'
  );
}

/** @throws {EcosystemError} `invalid-revision` */
export function parseHubRevision(text: string): HubRevision {
  if (isHubRevision(text)) return text;
  throw new EcosystemError('invalid-revision', `expected a branch, tag or commit, found ${quote(text)}`);
}
