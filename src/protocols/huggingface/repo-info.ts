import type { HubRepo, HubRevision } from '#ecosystems';
import type { Resolved } from '#gate';
import type { Json, VersionFile } from '#store';
import { json } from './answer.ts';
import type { HubCall, HubDeps } from './call.ts';
import { glance, openVersion } from './open-version.ts';
import { isList } from './plain-text.ts';
import { isTrue } from './query.ts';
import { renderRefused, warningHeaders } from './refusal.ts';
import { readSecurity, renderRepoSecurity } from './security.ts';
import { renderSibling, type VersionTrees } from './version-files.ts';

/** What an info always has, also when only some fields were asked for. */
const IDENTITY: ReadonlySet<string> = new Set(['_id', 'id']);

/** `GET /api/{type}s/{repo}[/revision/{revision}]`. Names digests only with `blobs`, and is then a door. */
export async function answerInfo(
  deps: HubDeps,
  trees: VersionTrees,
  call: HubCall,
  repo: HubRepo,
  revision: HubRevision,
): Promise<Response> {
  const resolved = await openVersion(deps, call, repo, revision);
  const { query } = call;
  const expand = readExpand(query);
  const withBlobs = isTrue(query.get('blobs'));
  const withSecurity =
    isTrue(query.get('securityStatus')) || expand.has('securityStatus') || expand.has('securityRepoStatus');
  const admission = await glance(deps, call, resolved);
  if (withBlobs && admission?.kind === 'refuse') return renderRefused(call, admission);
  const { files } = await trees.read(resolved.version);
  const security = withSecurity
    ? renderRepoSecurity(
        await readSecurity(deps.store, admission),
        files.map((file) => file.path),
      )
    : undefined;
  const info: Record<string, unknown> = {
    ...renderInfo(resolved, files, withBlobs),
    ...(security === undefined ? {} : { securityRepoStatus: security }),
  };
  const lines =
    admission?.kind === 'refuse'
      ? [admission.refusal.line]
      : admission?.kind === 'serve'
        ? admission.warnings
        : [];
  return json(expand.size === 0 ? info : pick(info, expand, withSecurity), 200, {
    ...warningHeaders(resolved.key.name, lines),
    'x-repo-commit': resolved.version.revision,
  });
}

function renderInfo(
  { key, package: found, version }: Resolved,
  files: readonly VersionFile[],
  withBlobs: boolean,
) {
  const said = toRecord(version.info);
  const [author = ''] = found.name.includes('/') ? found.name.split('/') : [''];
  return {
    private: found.isPrivate,
    gated: false,
    disabled: false,
    tags: [],
    createdAt: found.createdAt.toISOString(),
    ...said,
    _id: typeof said._id === 'string' ? said._id : found.id.replaceAll('-', ''),
    id: found.name,
    ...(key.type === 'model' ? { modelId: found.name } : {}),
    ...(author === '' ? {} : { author }),
    sha: version.revision,
    lastModified: version.createdAt.toISOString(),
    siblings: files.map((file) => renderSibling(file, withBlobs)),
  };
}

function readExpand(query: URLSearchParams): ReadonlySet<string> {
  const values = [...query.getAll('expand'), ...query.getAll('expand[]')];
  return new Set(values.flatMap((value) => value.split(',')).filter((value) => value !== ''));
}

function pick(info: Record<string, unknown>, names: ReadonlySet<string>, withSecurity: boolean) {
  const isAsked = (name: string) =>
    names.has(name) || IDENTITY.has(name) || (withSecurity && name === 'securityRepoStatus');
  return Object.fromEntries(Object.entries(info).filter(([name]) => isAsked(name)));
}

export function toRecord(value: Json): { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {};
}
