import type { HubRepo, HubRevision } from '#ecosystems';
import type { VersionRecord } from '#store';
import type { HubCommit } from '#upstream';
import { type AnswerHeaders, json, nextLink } from './answer.ts';
import type { HubCall, HubDeps } from './call.ts';
import { apiPath, openVersion } from './open-version.ts';
import { readLimit } from './query.ts';
import { isOutage } from './refs.ts';
import { warningHeaders } from './refusal.ts';

const PAGE_COMMITS = 50;
const MAX_PAGE_COMMITS = 1_000;

/** Commits that are counted for `X-Total-Count`. */
const MAX_COUNTED = 10_000;
const COUNTED_AT_ONCE = 1_000;

/** `GET .../commits/{revision}`: ours page by page, of an upstream the newest. */
export async function answerCommits(
  deps: HubDeps,
  call: HubCall,
  repo: HubRepo,
  revision: HubRevision,
): Promise<Response> {
  const { package: found, version } = await openVersion(deps, call, repo, revision);
  const limit = readLimit(call.query, MAX_PAGE_COMMITS, PAGE_COMMITS);
  if (call.repository.kind === 'remote') return answerRemote(deps, call, repo, version, limit);
  const { versions } = deps.store;
  const after = call.query.get('cursor');
  const page = await versions.history(found.id, version.revision, {
    limit,
    ...(after === null ? {} : { after }),
  });
  const query = new URLSearchParams(call.query);
  if (page.next !== undefined) query.set('cursor', page.next);
  const address = `${apiPath(repo)}/commits/${version.revision}`;
  return json(page.items.map(render), 200, {
    ...(page.next === undefined ? {} : nextLink(call.endpoint, address, query)),
    // Asked for one, a client wants to know how many there are.
    ...(limit === 1 ? await count(deps, found.id, version) : {}),
  });
}

async function answerRemote(
  deps: HubDeps,
  call: HubCall,
  repo: HubRepo,
  version: VersionRecord,
  limit: number,
): Promise<Response> {
  try {
    const commits = await deps
      .upstreamFor(call.repository)
      .commits(repo, version.revision, limit, call.signal);
    return json(commits.map((commit) => render({ ...commit, revision: commit.commit })));
  } catch (error) {
    if (!isOutage(error)) throw error;
    const warning = `The upstream of ${repo.id} cannot be reached: this is the only commit known here`;
    return json([render(version)], 200, warningHeaders(repo.id, [warning]));
  }
}

async function count(deps: HubDeps, packageId: string, version: VersionRecord): Promise<AnswerHeaders> {
  let total = 0;
  let after: string | undefined;
  do {
    const page = { limit: COUNTED_AT_ONCE, ...(after === undefined ? {} : { after }) };
    const { items, next } = await deps.store.versions.history(packageId, version.revision, page);
    total += items.length;
    after = next;
  } while (after !== undefined && total < MAX_COUNTED);
  return { 'x-total-count': String(total) };
}

function render(commit: Omit<HubCommit, 'commit'> & { readonly revision: string }) {
  return {
    id: commit.revision,
    title: commit.title,
    message: commit.message,
    date: commit.createdAt.toISOString(),
    authors: commit.author === '' ? [] : [{ user: commit.author }],
  };
}
