import { z } from 'zod';
import {
  HUB_REPO_TYPES,
  type HubRepo,
  type HubRepoId,
  isHubRepoId,
  parseHubPath,
  parseHubRevision,
} from '#ecosystems';
import { quote } from '#kernel';
import { StoreError } from '#store';
import { requireRead, requireWrite } from './access.ts';
import { json } from './answer.ts';
import type { HubCall, HubDeps } from './call.ts';
import { type CommitOperation, decodeContent, parseCommitPath, storeInline } from './commit-operations.ts';
import { createVersion } from './create-version.ts';
import { HubError } from './hub-error.ts';
import type { KnownObjects } from './known-objects.ts';
import { DEFAULT_GIT_ATTRIBUTES } from './lfs-rule.ts';
import { openPackage, openVersion, webPath } from './open-version.ts';
import { readJson } from './request-json.ts';
import { toNamespace } from './whoami.ts';

const RepoType = z.enum(['model', 'dataset', 'space']).nullish();
const Visibility = z.enum(['public', 'private', 'protected']).nullish();

const CreateRequest = z.object({
  name: z.string(),
  organization: z.string().nullish(),
  type: RepoType,
  private: z.boolean().nullish(),
  visibility: Visibility,
  files: z
    .array(z.object({ path: z.string(), content: z.string(), encoding: z.enum(['base64', 'utf-8', 'utf8']) }))
    .max(100)
    .nullish(),
});

/** `POST /api/repos/create`. The first commit is there from the start, as clients want a commit to begin with. */
export async function answerCreate(deps: HubDeps, objects: KnownObjects, call: HubCall): Promise<Response> {
  requireWrite(call.principal, call.repository);
  const request = await readJson(deps, call, CreateRequest);
  const repo = toRepo(call, request.type, request.name, request.organization);
  if (!repo.id.includes('/')) {
    throw new HubError('invalid-request', `expected a namespace and a name, found ${quote(repo.id)}`);
  }
  const operations = await toFirstOperations(deps, request.files ?? []);
  const created = { url: `${call.endpoint}${webPath(repo)}`, name: repo.id };
  try {
    const owner = await deps.store.packages.create({
      repositoryId: call.repository.id,
      type: repo.type,
      name: repo.id,
      isPrivate: request.private ?? request.visibility === 'private',
    });
    await createVersion(deps, objects, call, owner, {
      branch: owner.defaultRef,
      summary: 'initial commit',
      description: '',
      parentCommit: undefined,
      operations,
    });
    return json({ ...created, id: owner.id.replaceAll('-', '') });
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'exists') throw error;
    throw new HubError('exists', `You already created this ${repo.type} repo: ${repo.id}`, {
      cause: error,
      url: created.url,
    });
  }
}

async function toFirstOperations(
  deps: HubDeps,
  files: NonNullable<z.infer<typeof CreateRequest>['files']>,
): Promise<readonly CommitOperation[]> {
  const { store, limits } = deps;
  const attributes = Buffer.from(DEFAULT_GIT_ATTRIBUTES);
  const operations: CommitOperation[] = [
    await storeInline(store, parseHubPath('.gitattributes'), attributes),
  ];
  for (const file of files) {
    const bytes = decodeContent(file.content, file.encoding, limits.regularFileBytes);
    operations.push(await storeInline(store, parseCommitPath(file.path), bytes));
  }
  return operations;
}

const DeleteRequest = z.object({ name: z.string(), organization: z.string().nullish(), type: RepoType });

/** `DELETE /api/repos/delete` */
export async function answerDelete(deps: HubDeps, call: HubCall): Promise<Response> {
  requireWrite(call.principal, call.repository);
  const request = await readJson(deps, call, DeleteRequest);
  const found = await openPackage(deps, call, toRepo(call, request.type, request.name, request.organization));
  await deps.store.packages.delete(found.id);
  return json({ success: true });
}

const MoveRequest = z.object({ fromRepo: z.string(), toRepo: z.string(), type: RepoType });

/** `POST /api/repos/move` */
export async function answerMove(deps: HubDeps, call: HubCall): Promise<Response> {
  requireWrite(call.principal, call.repository);
  const request = await readJson(deps, call, MoveRequest);
  const found = await openPackage(deps, call, toRepo(call, request.type, request.fromRepo, undefined));
  const target = toRepo(call, request.type, request.toRepo, undefined);
  await deps.store.packages.update(found.id, { name: target.id });
  return json({ success: true, url: `${call.endpoint}${webPath(target)}` });
}

const SettingsRequest = z.object({
  private: z.boolean().nullish(),
  visibility: Visibility,
  gated: z.union([z.boolean(), z.string()]).nullish(),
});

/** `PUT .../settings` */
export async function answerSettings(deps: HubDeps, call: HubCall, repo: HubRepo): Promise<Response> {
  requireWrite(call.principal, call.repository);
  const request = await readJson(deps, call, SettingsRequest);
  const found = await openPackage(deps, call, repo);
  if (request.gated !== undefined && request.gated !== null && request.gated !== false) {
    throw new HubError('unsupported', 'Gated repositories are not kept here; make it private instead');
  }
  const isPrivate =
    request.private ?? (request.visibility ? request.visibility === 'private' : found.isPrivate);
  await deps.store.packages.update(found.id, { isPrivate });
  return json({ private: isPrivate });
}

/** `GET .../auth-check[/write]` */
export async function answerAuthCheck(
  deps: HubDeps,
  call: HubCall,
  repo: HubRepo,
  isWrite: boolean,
): Promise<Response> {
  if (isWrite) {
    requireWrite(call.principal, call.repository);
    await openPackage(deps, call, repo);
    return json({});
  }
  requireRead(call.principal, call.repository);
  if (call.repository.kind === 'local') await openPackage(deps, call, repo);
  else await openVersion(deps, call, repo, parseHubRevision('main'));
  return json({});
}

/** The name may come whole or beside its namespace; without one it is the token's own. */
function toRepo(
  call: HubCall,
  type: z.infer<typeof RepoType>,
  name: string,
  organization: string | null | undefined,
): HubRepo {
  const namespace = organization ?? toNamespace(call.principal);
  const id = name.includes('/') ? name : `${namespace}/${name}`;
  return { type: HUB_REPO_TYPES.find((one) => one === type) ?? 'model', id: requireRepoId(id) };
}

function requireRepoId(id: string): HubRepoId {
  if (isHubRepoId(id)) return id;
  throw new HubError(
    'invalid-request',
    `expected namespace/name of letters, digits, "-", "_" and ".", at most 96 characters, found ${quote(id)}`,
  );
}
