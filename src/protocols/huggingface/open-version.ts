import type { HubRepo, HubRevision } from '#ecosystems';
import { type Admission, GateError, type Resolved } from '#gate';
import type { RefRecord } from '#store';
import { absent, isVisible, requireRead } from './access.ts';
import type { HubCall, HubDeps } from './call.ts';

/** A version that the principal may know of. @throws {HubError} @throws {GateError} */
export async function openVersion(
  deps: HubDeps,
  call: HubCall,
  repo: HubRepo,
  revision: HubRevision,
): Promise<Resolved> {
  const { principal, repository } = call;
  requireRead(principal, repository);
  try {
    const key = { repository, type: repo.type, name: repo.id };
    const resolved = await deps.gate.resolve(key, revision, call.signal);
    if (!isVisible(principal, resolved.package)) throw absent(repository, repo.type);
    return resolved;
  } catch (error) {
    if (!(error instanceof GateError) || repository.kind === 'remote') throw error;
    // One text for what is not there and what is hidden; that a revision is missing would tell it is there.
    const isHidden = error.code === 'revision-not-found' && !(await isKnown(deps, call, repo));
    throw error.code === 'package-not-found' || isHidden ? absent(repository, repo.type) : error;
  }
}

async function isKnown(deps: HubDeps, call: HubCall, repo: HubRepo): Promise<boolean> {
  const found = await deps.store.packages.find(call.repository.id, repo.type, repo.id);
  return found !== undefined && isVisible(call.principal, found);
}

/** A package as the store has it. @throws {HubError} */
export async function openPackage(deps: HubDeps, call: HubCall, repo: HubRepo) {
  const found = await deps.store.packages.find(call.repository.id, repo.type, repo.id);
  if (found === undefined || !isVisible(call.principal, found)) throw absent(call.repository, repo.type);
  return found;
}

/**
 * What stands of a version's decision now, for listings that name digests: a decided refusal refuses them too, an
 * undecided version is listed, and from now on judged.
 */
export async function glance(
  deps: HubDeps,
  call: HubCall,
  resolved: Resolved,
): Promise<Admission | undefined> {
  try {
    return await deps.gate.admit(resolved, { waitMs: deps.limits.glanceMs, signal: call.signal });
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    // The upstream is in trouble: that is said where bytes are asked for.
    deps.log.debug('not judged for a listing', { code: error.code, package: resolved.key.name });
    return undefined;
  }
}

/** `/datasets/org/name` and the like, as in the addresses that people see. */
export function webPath(repo: HubRepo): string {
  return `/${repo.type === 'model' ? '' : `${repo.type}s/`}${repo.id}`;
}

export function apiPath(repo: HubRepo): string {
  return `/api/${repo.type}s/${repo.id}`;
}

/** A ref's whole name in Git. */
export function gitRef(ref: Pick<RefRecord, 'kind' | 'name'>): string {
  if (ref.name.startsWith('refs/')) return ref.name;
  return `refs/${ref.kind === 'tag' ? 'tags' : 'heads'}/${ref.name}`;
}
