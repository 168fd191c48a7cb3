import { isAllowed, type Principal } from '#api';
import type { PackageRecord, RepositoryRecord } from '#store';
import { HubError } from './hub-error.ts';

/** @throws {HubError} `unauthenticated`, `forbidden` */
export function requireRead(principal: Principal, repository: RepositoryRecord): void {
  if (isAllowed(principal, repository.name, 'read')) return;
  throw refuse(principal, `read repository ${repository.name}`);
}

/** @throws {HubError} `unauthenticated`, `forbidden`, `read-only` */
export function requireWrite(principal: Principal, repository: RepositoryRecord): void {
  // Whatever scopes the deployment gives to the anonymous principal.
  const mayWrite = principal.kind === 'token' && isAllowed(principal, repository.name, 'write');
  if (!mayWrite) throw refuse(principal, `write to repository ${repository.name}`);
  if (repository.kind === 'remote') {
    throw new HubError(
      'read-only',
      `Repository ${repository.name} stands in front of ${hostOf(repository)} and takes no uploads. ` +
        'Point HF_ENDPOINT to a local repository of this server',
    );
  }
}

/** A private package looks absent to the anonymous principal. */
export function isVisible(principal: Principal, found: PackageRecord): boolean {
  return !found.isPrivate || principal.kind === 'token';
}

export function absent(repository: RepositoryRecord, type: string): HubError {
  return new HubError('package-not-found', `Repository ${repository.name} has no such ${type}`);
}

function refuse(principal: Principal, action: string): HubError {
  return principal.kind === 'anonymous'
    ? new HubError(
        'unauthenticated',
        `A token is needed to ${action}. Set HF_TOKEN to a token of this server`,
      )
    : new HubError('forbidden', `The token ${JSON.stringify(principal.name)} may not ${action}`);
}

function hostOf(repository: RepositoryRecord): string {
  return URL.parse(repository.upstreamUrl ?? '')?.host ?? 'an upstream';
}
