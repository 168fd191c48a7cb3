import { z } from 'zod';
import { type HubRepo, type HubRevision, isHubPath } from '#ecosystems';
import type { VersionFile } from '#store';
import { json, nextLink } from './answer.ts';
import { readBytes } from './body.ts';
import type { HubCall, HubDeps } from './call.ts';
import { HubError } from './hub-error.ts';
import { findLastCommits } from './last-commits.ts';
import { apiPath, glance, openVersion } from './open-version.ts';
import { isTrue, readLimit } from './query.ts';
import { renderRefused, warningHeaders } from './refusal.ts';
import { parseJson } from './request-json.ts';
import { readSecurity, renderFileSecurity } from './security.ts';
import { renderFileEntry, type VersionTree, type VersionTrees } from './version-files.ts';

type Entry = { readonly path: string } & ({ readonly file: VersionFile } | { readonly folderOid: string });

/** `GET .../tree/{revision}[/{path}]`, page by page. Names digests, so it is a door. */
export async function answerTree(
  deps: HubDeps,
  trees: VersionTrees,
  call: HubCall,
  route: { readonly repo: HubRepo; readonly revision: HubRevision; readonly path: string },
): Promise<Response> {
  const resolved = await openVersion(deps, call, route.repo, route.revision);
  const admission = await glance(deps, call, resolved);
  if (admission?.kind === 'refuse') return renderRefused(call, admission);
  const tree = await trees.read(resolved.version);
  if (!tree.folders.has(route.path)) {
    throw new HubError(
      'entry-not-found',
      `There is no folder of this path in revision ${resolved.version.revision}`,
    );
  }
  const isExpanded = isTrue(call.query.get('expand'));
  const most = isExpanded ? deps.limits.expandedPageItems : deps.limits.pageItems;
  const limit = readLimit(call.query, most);
  const after = readCursor(call.query.get('cursor'));
  const entries = listEntries(tree, route.path, isTrue(call.query.get('recursive'))).filter(
    (entry) => after === undefined || entry.path > after,
  );
  const page = entries.slice(0, limit);
  const last = page.at(-1);
  const query = new URLSearchParams(call.query);
  if (last !== undefined) query.set('cursor', Buffer.from(last.path).toString('base64url'));
  const path = route.path === '' ? '' : `/${route.path.split('/').map(encodeURIComponent).join('/')}`;
  // The commit, not the ref: all pages are of one version.
  const address = `${apiPath(route.repo)}/tree/${resolved.version.revision}${path}`;
  return json(await renderEntries(deps, resolved, admission, page, isExpanded), 200, {
    ...(admission?.kind === 'serve' ? warningHeaders(resolved.key.name, admission.warnings) : {}),
    ...(entries.length > page.length ? nextLink(call.endpoint, address, query) : {}),
    'x-repo-commit': resolved.version.revision,
  });
}

const PathsRequest = z.object({
  paths: z.union([z.array(z.string()), z.string().transform((path) => [path])]).default([]),
  expand: z.union([z.boolean(), z.string().transform(isTrue)]).default(false),
});

/** `POST .../paths-info/{revision}`, a form (Python) or JSON (JavaScript). Names digests, so it is a door. */
export async function answerPathsInfo(
  deps: HubDeps,
  trees: VersionTrees,
  call: HubCall,
  route: { readonly repo: HubRepo; readonly revision: HubRevision },
): Promise<Response> {
  const { limits } = deps;
  const resolved = await openVersion(deps, call, route.repo, route.revision);
  const body = await readBytes(call.body(), { maxBytes: limits.jsonBytes, totalMs: limits.jsonBodyMs });
  const { paths, expand } = parsePaths(call.headers.get('content-type'), Buffer.from(body).toString('utf8'));
  if (paths.length > limits.paths) {
    throw new HubError('invalid-request', `expected at most ${limits.paths} paths, found ${paths.length}`);
  }
  const admission = await glance(deps, call, resolved);
  if (admission?.kind === 'refuse') return renderRefused(call, admission);
  const tree = await trees.read(resolved.version);
  const byPath = new Map(tree.files.map((file) => [file.path, file]));
  const entries = paths.flatMap((asked): Entry[] => {
    const path = asked.replace(/\/+$/, '');
    const file = byPath.get(path);
    if (file !== undefined) return [{ path, file }];
    const folderOid = isHubPath(path) ? tree.folders.get(path) : undefined;
    return folderOid === undefined ? [] : [{ path, folderOid }];
  });
  return json(await renderEntries(deps, resolved, admission, entries, expand), 200, {
    'x-repo-commit': resolved.version.revision,
  });
}

function parsePaths(contentType: string | null, body: string): z.infer<typeof PathsRequest> {
  if (contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded') === true) {
    const form = new URLSearchParams(body);
    return PathsRequest.parse({ paths: form.getAll('paths'), expand: form.get('expand') ?? false });
  }
  return parseJson(PathsRequest, body);
}

function listEntries(tree: VersionTree, folder: string, isRecursive: boolean): readonly Entry[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const isListed = (path: string) =>
    path !== folder && path.startsWith(prefix) && (isRecursive || !path.slice(prefix.length).includes('/'));
  const entries: Entry[] = tree.files
    .filter((file) => isListed(file.path))
    .map((file) => ({ path: file.path, file }));
  for (const [path, folderOid] of tree.folders) if (isListed(path)) entries.push({ path, folderOid });
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function renderEntries(
  deps: HubDeps,
  resolved: Parameters<typeof findLastCommits>[1],
  admission: Awaited<ReturnType<typeof glance>>,
  entries: readonly Entry[],
  isExpanded: boolean,
) {
  const plain = entries.map((entry) =>
    'file' in entry
      ? renderFileEntry(entry.file)
      : { type: 'directory', oid: entry.folderOid, size: 0, path: entry.path },
  );
  if (!isExpanded) return plain;
  const files = entries.flatMap((entry) => ('file' in entry ? [entry.file] : []));
  const commits = await findLastCommits(deps, resolved, files);
  const security = await readSecurity(deps.store, admission);
  return plain.map((entry) => {
    const commit = commits.get(entry.path) ?? resolved.version;
    return {
      ...entry,
      lastCommit: { id: commit.revision, title: commit.title, date: commit.createdAt.toISOString() },
      ...(entry.type === 'file' ? { securityFileStatus: renderFileSecurity(security, entry.path) } : {}),
    };
  });
}

function readCursor(text: string | null): string | undefined {
  return text === null ? undefined : Buffer.from(text, 'base64url').toString('utf8');
}
