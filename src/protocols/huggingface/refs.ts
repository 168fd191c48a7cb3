import { z } from 'zod';
import type { HubRepo, HubRevision } from '#ecosystems';
import { isGitOid } from '#kernel';
import { type RefRecord, StoreError } from '#store';
import { UpstreamError } from '#upstream';
import { requireRead, requireWrite } from './access.ts';
import { json } from './answer.ts';
import type { HubCall, HubDeps } from './call.ts';
import { HubError } from './hub-error.ts';
import { gitRef, openPackage, openVersion } from './open-version.ts';
import { isTrue } from './query.ts';
import { warningHeaders } from './refusal.ts';
import { readJson } from './request-json.ts';

type Ref = Pick<RefRecord, 'kind' | 'name' | 'revision'>;

/** `GET .../refs`: what the upstream says now, or what we know when it does not answer. */
export async function answerRefs(deps: HubDeps, call: HubCall, repo: HubRepo): Promise<Response> {
  requireRead(call.principal, call.repository);
  const { refs, isStale } = await readRefs(deps, call, repo);
  const render = (kind: RefRecord['kind'], isConvert = false) =>
    refs
      .filter((ref) => ref.kind === kind && ref.name.startsWith('refs/convert/') === isConvert)
      .map((ref) => ({ name: ref.name, ref: gitRef(ref), targetCommit: ref.revision }));
  return json(
    {
      branches: render('branch'),
      converts: render('branch', true),
      tags: render('tag'),
      ...(isTrue(call.query.get('include_prs')) ? { pullRequests: render('pull-request') } : {}),
    },
    200,
    isStale
      ? warningHeaders(repo.id, [
          `The upstream of ${repo.id} cannot be reached: these are the refs known here`,
        ])
      : {},
  );
}

async function readRefs(
  deps: HubDeps,
  call: HubCall,
  repo: HubRepo,
): Promise<{ readonly refs: readonly Ref[]; readonly isStale: boolean }> {
  if (call.repository.kind === 'local') {
    const found = await openPackage(deps, call, repo);
    return { refs: await deps.store.refs.list(found.id), isStale: false };
  }
  try {
    const refs = await deps.upstreamFor(call.repository).refs(repo, call.signal);
    return { refs: refs.map(({ kind, name, commit }) => ({ kind, name, revision: commit })), isStale: false };
  } catch (error) {
    const known = await deps.store.packages.find(call.repository.id, repo.type, repo.id);
    if (known === undefined || !isOutage(error)) throw error;
    return { refs: await deps.store.refs.list(known.id), isStale: true };
  }
}

export function isOutage(error: unknown): boolean {
  return error instanceof UpstreamError && (error.code === 'unavailable' || error.code === 'rate-limited');
}

const BranchRequest = z.object({ startingPoint: z.string().nullish(), overwrite: z.boolean().optional() });
const TagRequest = z.object({ tag: z.string(), message: z.string().nullish() });

/** `POST|DELETE .../branch/{name}` */
export async function answerBranch(
  deps: HubDeps,
  call: HubCall,
  repo: HubRepo,
  name: HubRevision,
  toRevision: (text: string) => HubRevision,
): Promise<Response> {
  requireWrite(call.principal, call.repository);
  if (call.method === 'DELETE') return deleteRef(deps, call, repo, 'branch', name);
  const { startingPoint } = await readJson(deps, call, BranchRequest);
  return createRef(deps, call, repo, { kind: 'branch', name, at: toRevision(startingPoint ?? 'main') });
}

/** `POST .../tag/{revision}` with the name in the body, `DELETE .../tag/{name}` */
export async function answerTag(
  deps: HubDeps,
  call: HubCall,
  repo: HubRepo,
  name: HubRevision,
  toRevision: (text: string) => HubRevision,
): Promise<Response> {
  requireWrite(call.principal, call.repository);
  if (call.method === 'DELETE') return deleteRef(deps, call, repo, 'tag', name);
  const { tag } = await readJson(deps, call, TagRequest);
  return createRef(deps, call, repo, { kind: 'tag', name: toRevision(tag), at: name });
}

async function createRef(
  deps: HubDeps,
  call: HubCall,
  repo: HubRepo,
  ref: { readonly kind: 'branch' | 'tag'; readonly name: HubRevision; readonly at: HubRevision },
): Promise<Response> {
  if (isGitOid(ref.name) || ref.name.startsWith('refs/')) {
    throw new HubError('invalid-request', `a ${ref.kind} may not be named like a commit or a ref`);
  }
  const { package: found, version } = await openVersion(deps, call, repo, ref.at);
  try {
    await deps.store.refs.create(found.id, { kind: ref.kind, name: ref.name, revision: version.revision });
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'exists') throw error;
    throw new HubError('exists', `Reference already exists: ${gitRef(ref)}`, { cause: error });
  }
  return json({ success: true, ref: gitRef(ref), targetCommit: version.revision }, 201);
}

async function deleteRef(
  deps: HubDeps,
  call: HubCall,
  repo: HubRepo,
  kind: 'branch' | 'tag',
  name: HubRevision,
): Promise<Response> {
  const found = await openPackage(deps, call, repo);
  if (kind === 'branch' && name === found.defaultRef) {
    throw new HubError('forbidden', `${name} is the default branch and stays`);
  }
  const ref = await deps.store.refs.find(found.id, name);
  if (ref?.kind !== kind) throw new HubError('revision-not-found', `There is no ${kind} of this name`);
  await deps.store.refs.delete(found.id, name);
  return json({ success: true });
}
