import type { HubRepo, HubRevision } from '#ecosystems';
import { requireWrite } from './access.ts';
import { json } from './answer.ts';
import type { HubCall, HubDeps } from './call.ts';
import { readCommitRequest } from './commit-operations.ts';
import { createVersion } from './create-version.ts';
import { HubError } from './hub-error.ts';
import type { KnownObjects } from './known-objects.ts';
import { openPackage, webPath } from './open-version.ts';
import { isTrue } from './query.ts';

/** `POST .../commit/{branch}` */
export async function answerCommit(
  deps: HubDeps,
  objects: KnownObjects,
  call: HubCall,
  repo: HubRepo,
  branch: HubRevision,
): Promise<Response> {
  requireWrite(call.principal, call.repository);
  refusePullRequest(call);
  const owner = await openPackage(deps, call, repo);
  const request = await readCommitRequest(deps, call);
  const version = await createVersion(deps, objects, call, owner, { ...request, branch });
  return json({
    success: true,
    commitOid: version.revision,
    commitUrl: `${call.endpoint}${webPath(repo)}/commit/${version.revision}`,
    hookOutput: '',
  });
}

/**
 * A pull request that nobody could look at or merge would only lose the work.
 *
 * @throws {HubError} `invalid-request`
 */
export function refusePullRequest(call: HubCall): void {
  if (!isTrue(call.query.get('create_pr'))) return;
  throw new HubError(
    'invalid-request',
    'Pull requests are not kept here. Upload without create_pr, to a branch: revision="my-branch"',
  );
}
