import { z } from 'zod';
import { HUB_REPO_TYPES, isHubPath, isHubRepoId, parseHubRevision } from '#ecosystems';
import { isSha256 } from '#kernel';
import { StoreError } from '#store';
import { requireWrite } from './access.ts';
import { json } from './answer.ts';
import { readChunks } from './body.ts';
import type { HubCall, HubDeps } from './call.ts';
import { answerFile } from './file.ts';
import { HubError } from './hub-error.ts';
import type { KnownObjects } from './known-objects.ts';
import { readJson } from './request-json.ts';
import type { HrefClaims } from './signed-href.ts';

type Claims<Action extends HrefClaims['action']> = Extract<HrefClaims, { action: Action }>;

/**
 * The addresses that a batch hands out. Each carries its own right for one action; the package is looked up again,
 * and a download passes the gate again.
 */
export async function answerLfsObject(
  deps: HubDeps,
  objects: KnownObjects,
  call: HubCall,
  token: string,
): Promise<Response> {
  const claims = await deps.hrefs.verify(token);
  switch (claims.action) {
    case 'put':
      requireMethod(call, 'PUT');
      return putObject(deps, objects, call, claims);
    case 'part':
      requireMethod(call, 'PUT');
      return putPart(deps, call, claims);
    case 'complete':
      requireMethod(call, 'POST');
      return completeUpload(deps, objects, call, claims);
    case 'verify':
      requireMethod(call, 'POST');
      return verifyObject(objects, call, claims);
    case 'get':
      return getObject(deps, call, claims);
  }
}

async function putObject(
  deps: HubDeps,
  objects: KnownObjects,
  call: HubCall,
  claims: Claims<'put'>,
): Promise<Response> {
  await requirePackage(deps, call, claims);
  const { sha256, sizeBytes } = claims;
  try {
    await using staged = await deps.store.blobs.stage({ sizeBytes });
    for await (const chunk of readUpload(deps, call, sizeBytes)) await staged.write(chunk);
    await staged.commit({ sha256, sizeBytes });
  } catch (error) {
    throw toUploadError(error);
  }
  await objects.add(call.repository.id, sha256);
  return json({ oid: sha256, size: sizeBytes }, 200, { etag: `"${sha256}"` });
}

async function putPart(deps: HubDeps, call: HubCall, claims: Claims<'part'>): Promise<Response> {
  await requirePackage(deps, call, claims);
  const upload = await deps.store.uploads.find(claims.uploadId);
  if (upload === undefined) throw new HubError('expired', 'this upload has ended or expired; start it again');
  const start = (claims.partNumber - 1) * upload.partBytes;
  const expected = Math.min(upload.partBytes, upload.sizeBytes - start);
  try {
    const etag = await deps.store.uploads.writePart(
      upload.id,
      claims.partNumber,
      readUpload(deps, call, expected),
    );
    return json({}, 200, { etag: /^".*"$/.test(etag) ? etag : `"${etag}"` });
  } catch (error) {
    throw toUploadError(error);
  }
}

const CompleteRequest = z.object({
  oid: z.string().refine(isSha256).optional(),
  parts: z.array(z.object({ partNumber: z.int().min(1), etag: z.string() })),
});

async function completeUpload(
  deps: HubDeps,
  objects: KnownObjects,
  call: HubCall,
  claims: Claims<'complete'>,
): Promise<Response> {
  await requirePackage(deps, call, claims);
  const { parts } = await readJson(deps, call, CompleteRequest);
  const done = { oid: claims.sha256, size: claims.sizeBytes };
  // A client whose answer got lost asks again for what is done.
  if ((await deps.store.uploads.find(claims.uploadId)) === undefined) {
    if ((await objects.find(call.repository.id, claims.sha256)) !== undefined) return json(done);
    throw new HubError('expired', 'this upload has ended or expired; start it again');
  }
  try {
    await deps.store.uploads.complete(
      claims.uploadId,
      parts.map(({ partNumber, etag }) => ({ partNumber, etag: etag.replace(/^"(.*)"$/, '$1') })),
    );
  } catch (error) {
    throw toUploadError(error);
  }
  await objects.add(call.repository.id, claims.sha256);
  return json(done);
}

async function verifyObject(
  objects: KnownObjects,
  call: HubCall,
  claims: Claims<'verify'>,
): Promise<Response> {
  requireWrite(call.principal, call.repository);
  const stored = await objects.find(call.repository.id, claims.sha256);
  if (stored?.sizeBytes !== claims.sizeBytes) {
    throw new HubError('entry-not-found', 'the object did not arrive whole; upload it again');
  }
  return json({ oid: claims.sha256, size: stored.sizeBytes });
}

async function getObject(deps: HubDeps, call: HubCall, claims: Claims<'get'>): Promise<Response> {
  if (call.method !== 'GET' && !call.isHead) throw new HubError('method-not-allowed', 'expected GET');
  const owner = await requirePackage(deps, call, claims);
  const type = HUB_REPO_TYPES.find((one) => one === owner.type);
  if (type === undefined || !isHubRepoId(owner.name) || !isHubPath(claims.path)) throw gone();
  // The right to ask was checked when the address was made; whether the version is let in is asked now.
  const repo = { type, id: owner.name };
  return answerFile(
    deps,
    { ...call, principal: reader(call) },
    {
      repo,
      revision: parseHubRevision(claims.revision),
      path: claims.path,
      isRaw: false,
    },
  );
}

/** Stands for the principal that was given the address. */
function reader(call: HubCall): HubCall['principal'] {
  return { kind: 'token', name: 'href', scopes: [{ repository: call.repository.name, action: 'read' }] };
}

async function requirePackage(deps: HubDeps, call: HubCall, claims: HrefClaims) {
  try {
    const owner = await deps.store.packages.get(claims.packageId);
    if (owner.repositoryId === call.repository.id) return owner;
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'not-found') throw error;
  }
  throw gone();
}

function gone(): HubError {
  return new HubError('expired', 'this address is for another package, or its package is gone');
}

function requireMethod(call: HubCall, method: string): void {
  if (call.method !== method) throw new HubError('method-not-allowed', `expected ${method}`);
}

function readUpload(deps: HubDeps, call: HubCall, sizeBytes: number): AsyncGenerator<Uint8Array> {
  const source = call.body();
  if (source.declaredBytes !== undefined && source.declaredBytes !== sizeBytes) {
    throw new HubError(
      'invalid-request',
      `expected ${sizeBytes} bytes, ${source.declaredBytes} are announced`,
    );
  }
  return readChunks(source, { maxBytes: sizeBytes, idleMs: deps.limits.bodyIdleMs });
}

/** What the store says of bytes that are not what was promised, for the person who sends them. */
function toUploadError(error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  switch (error.code) {
    case 'digest-mismatch':
      return new HubError('invalid-request', 'the uploaded bytes do not have the promised sha256', {
        cause: error,
      });
    case 'size-mismatch':
      return new HubError('invalid-request', 'the upload does not have the promised length', {
        cause: error,
      });
    case 'conflict':
      return new HubError('invalid-request', 'a part of the upload is missing or is another one', {
        cause: error,
      });
    case 'not-found':
      return new HubError('expired', 'this upload has ended or expired; start it again', { cause: error });
    default:
      return error;
  }
}
