import type { HubRepoType } from '#ecosystems';
import type { PackageRecord } from '#store';
import { isVisible, requireRead } from './access.ts';
import { json, nextLink } from './answer.ts';
import type { HubCall, HubDeps } from './call.ts';
import { toPlainText } from './plain-text.ts';
import { readLimit } from './query.ts';
import { isOutage } from './refs.ts';
import { warningHeaders } from './refusal.ts';

const MAX_PAGE = 100;

/** Longer searches are cut: nobody means them. */
const MAX_SEARCH = 200;

/**
 * `GET /api/{type}s?search=&author=&limit=`. Of a local repository by name and author alone; an upstream gets the
 * whole query, and stands in for itself with what is known here when it does not answer.
 */
export async function answerList(deps: HubDeps, call: HubCall, type: HubRepoType): Promise<Response> {
  requireRead(call.principal, call.repository);
  if (call.repository.kind === 'local') return listKnown(deps, call, type, []);
  try {
    const { items, next } = await deps.upstreamFor(call.repository).list(type, call.query, call.signal);
    return json(
      items,
      200,
      next === undefined ? {} : nextLink(call.endpoint, `/api/${type}s`, new URLSearchParams(next)),
    );
  } catch (error) {
    if (!isOutage(error)) throw error;
    return listKnown(deps, call, type, ['The upstream cannot be reached: this is what is known here']);
  }
}

async function listKnown(
  deps: HubDeps,
  call: HubCall,
  type: HubRepoType,
  warnings: readonly string[],
): Promise<Response> {
  const { query, repository } = call;
  const limit = readLimit(query, MAX_PAGE);
  const search = toPlainText(query.get('search') ?? '').slice(0, MAX_SEARCH);
  const author = toPlainText(query.get('author') ?? '').slice(0, MAX_SEARCH);
  const after = query.get('cursor');
  const page = await deps.store.packages.list(
    {
      repositoryId: repository.id,
      type,
      ...(search === '' ? {} : { search }),
      ...(author === '' ? {} : { author }),
    },
    { limit, ...(after === null ? {} : { after }) },
  );
  const rest = new URLSearchParams(query);
  if (page.next !== undefined) rest.set('cursor', page.next);
  const visible = page.items.filter((found) => isVisible(call.principal, found));
  return json(visible.map(render), 200, {
    ...warningHeaders(repository.name, warnings),
    ...(page.next === undefined ? {} : nextLink(call.endpoint, `/api/${type}s`, rest)),
  });
}

function render(found: PackageRecord) {
  const [author] = found.name.includes('/') ? found.name.split('/') : [];
  return {
    _id: found.id.replaceAll('-', ''),
    id: found.name,
    ...(found.type === 'model' ? { modelId: found.name } : {}),
    ...(author === undefined ? {} : { author }),
    private: found.isPrivate,
    tags: [],
    createdAt: found.createdAt.toISOString(),
    lastModified: found.updatedAt.toISOString(),
  };
}
