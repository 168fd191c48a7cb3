import { z } from 'zod';
import { type HubRepo, type HubRevision, parseGitIgnore } from '#ecosystems';
import { GateError } from '#gate';
import type { VersionFile } from '#store';
import { requireWrite } from './access.ts';
import { json } from './answer.ts';
import type { HubCall, HubDeps } from './call.ts';
import { refusePullRequest } from './commit.ts';
import { parseCommitPath } from './commit-operations.ts';
import { HubError } from './hub-error.ts';
import { createLfsRule } from './lfs-rule.ts';
import { openPackage } from './open-version.ts';
import { parseReadmeCard } from './readme-card.ts';
import { readJson } from './request-json.ts';
import { readSmallFile } from './small-file.ts';
import { entityOf } from './version-files.ts';

const PreuploadRequest = z.object({
  files: z.array(z.object({ path: z.string(), size: z.int().nonnegative() })),
  gitIgnore: z.string().nullish(),
  gitAttributes: z.string().nullish(),
});

/** `POST .../preupload/{revision}`: how each file is to be sent. The earliest place to refuse an upload in words. */
export async function answerPreupload(
  deps: HubDeps,
  call: HubCall,
  repo: HubRepo,
  revision: HubRevision,
): Promise<Response> {
  const { limits, store } = deps;
  requireWrite(call.principal, call.repository);
  refusePullRequest(call);
  const owner = await openPackage(deps, call, repo);
  const request = await readJson(deps, call, PreuploadRequest);
  if (request.files.length > limits.paths) {
    throw new HubError(
      'invalid-request',
      `expected at most ${limits.paths} files, found ${request.files.length}`,
    );
  }
  const standing = await readStanding(deps, call, repo, revision, revision === owner.defaultRef);
  const attributes =
    request.gitAttributes ?? (await readSmallFile(store, standing.get('.gitattributes'))) ?? '';
  const isLfs = createLfsRule(attributes, limits.regularFileBytes);
  const ignored = request.gitIgnore ?? (await readSmallFile(store, standing.get('.gitignore')));
  const isIgnored = ignored === undefined || ignored === null ? () => false : parseGitIgnore(ignored);
  const mayInline = createInlineRule(deps, call);
  const files = request.files.map(({ path, size }) => {
    parseCommitPath(path);
    if (size > limits.objectBytes)
      throw new HubError('too-large', `a file may have ${limits.objectBytes} bytes`);
    const isLarge = isLfs(path, size);
    const file = standing.get(path);
    const isInline = isLarge && mayInline(size);
    return {
      path,
      uploadMode: isLarge && !isInline ? 'lfs' : 'regular',
      shouldIgnore: isIgnored(path),
      // Lets the client leave out what is there already; it compares with the id of the way it would send the file.
      ...(file === undefined || isInline || file.isLfs !== isLarge ? {} : { oid: entityOf(file) }),
    };
  });
  return json({ files });
}

async function readStanding(
  deps: HubDeps,
  call: HubCall,
  repo: HubRepo,
  revision: HubRevision,
  isDefault: boolean,
): Promise<ReadonlyMap<string, VersionFile>> {
  const key = { repository: call.repository, type: repo.type, name: repo.id };
  try {
    const { version } = await deps.gate.resolve(key, revision, call.signal);
    return new Map((await deps.store.versions.files(version.id)).map((file) => [file.path, file]));
  } catch (error) {
    // The first commit makes the default branch.
    if (isDefault && error instanceof GateError && error.code === 'revision-not-found') return new Map();
    throw error;
  }
}

/**
 * The Python client sends LFS files by Xet without asking first, and nothing in its requests tells whether it will.
 * What is small is therefore asked for in the commit, where it stays an LFS file. Other clients do as they are told.
 */
function createInlineRule(deps: HubDeps, call: HubCall): (sizeBytes: number) => boolean {
  const { inlineLfsBytes, inlineBatchBytes } = deps.limits;
  const isPython = /(?:^|;\s*)hf_hub\//.test(call.headers.get('user-agent') ?? '');
  let leftBytes = isPython ? inlineBatchBytes : 0;
  return (sizeBytes) => {
    if (sizeBytes > inlineLfsBytes || sizeBytes > leftBytes) return false;
    leftBytes -= sizeBytes;
    return true;
  };
}

const YamlRequest = z.object({ content: z.string(), repoType: z.string().nullish() });

/** `POST /api/validate-yaml`, asked when a README.md is to be uploaded. */
export async function answerValidateYaml(deps: HubDeps, call: HubCall): Promise<Response> {
  // Parsing costs: only for those who may push the file as well.
  requireWrite(call.principal, call.repository);
  const { content } = await readJson(deps, call, YamlRequest);
  const { errors, warnings } = parseReadmeCard(content, deps.limits.readmeBytes);
  const toMessages = (lines: readonly string[]) => lines.map((message) => ({ message }));
  return json(
    {
      errors: toMessages(errors),
      warnings: toMessages(warnings),
      ...(errors[0] === undefined ? {} : { error: errors[0] }),
    },
    errors.length > 0 ? 400 : 200,
  );
}
