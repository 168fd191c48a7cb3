import { z } from 'zod';
import { type HubRepo, isHubRevision, parseHubRevision } from '#ecosystems';
import type { Resolved } from '#gate';
import { isSha256, type Sha256 } from '#kernel';
import type { PackageRecord, VersionFile } from '#store';
import { requireRead, requireWrite } from './access.ts';
import type { HubCall, HubDeps } from './call.ts';
import { toHeaderLine } from './header-text.ts';
import { HubError } from './hub-error.ts';
import type { KnownObjects } from './known-objects.ts';
import { openPackage, openVersion } from './open-version.ts';
import { readJson } from './request-json.ts';
import type { HrefClaims } from './signed-href.ts';

const BatchRequest = z.object({
  operation: z.enum(['upload', 'download']),
  transfers: z.array(z.string()).default(['basic']),
  objects: z.array(z.object({ oid: z.string().refine(isSha256), size: z.int().nonnegative() })),
  hash_algo: z.string().nullish(),
  ref: z.object({ name: z.string() }).nullish(),
});
type BatchRequest = z.infer<typeof BatchRequest>;
type Wanted = BatchRequest['objects'][number];

interface Action {
  readonly href: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly expires_at: string;
}
interface BatchObject extends Wanted {
  readonly authenticated?: boolean;
  readonly actions?: Readonly<Record<string, Action>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** `POST /{repo}.git/info/lfs/objects/batch` */
export async function answerLfsBatch(
  deps: HubDeps,
  objects: KnownObjects,
  call: HubCall,
  repo: HubRepo,
): Promise<Response> {
  const request = await readJson(deps, call, BatchRequest);
  if (request.objects.length > deps.limits.batchObjects) {
    throw new HubError('invalid-request', `expected at most ${deps.limits.batchObjects} objects`);
  }
  if (!/^sha_?256$/i.test(request.hash_algo ?? 'sha256')) {
    throw new HubError('invalid-request', 'the only hash algorithm here is sha256');
  }
  if (request.operation === 'download') {
    return render('basic', await planDownloads(deps, call, repo, request));
  }
  requireWrite(call.principal, call.repository);
  const owner = await openPackage(deps, call, repo);
  const isMultipart = request.transfers.includes('multipart');
  const planned: BatchObject[] = [];
  for (const wanted of request.objects)
    planned.push(await planUpload(deps, objects, call, owner, wanted, isMultipart));
  return render(
    planned.some((one) => one.actions?.upload?.header !== undefined) ? 'multipart' : 'basic',
    planned,
  );
}

function render(transfer: string, objects: readonly BatchObject[]): Response {
  return new Response(JSON.stringify({ transfer, objects, hash_algo: 'sha256' }), {
    headers: { 'content-type': 'application/vnd.git-lfs+json', 'cache-control': 'no-store' },
  });
}

async function planUpload(
  deps: HubDeps,
  objects: KnownObjects,
  call: HubCall,
  owner: PackageRecord,
  wanted: Wanted,
  isMultipart: boolean,
): Promise<BatchObject> {
  const { limits, clock, store } = deps;
  const { oid, size } = wanted;
  if (size > limits.objectBytes) {
    return fail(wanted, 422, `a file may have ${limits.objectBytes} bytes`);
  }
  const known = await objects.find(call.repository.id, oid);
  if (known !== undefined) {
    return known.sizeBytes === size
      ? wanted
      : fail(wanted, 422, `the object has ${known.sizeBytes} bytes, not ${size}`);
  }
  const expiresAt = clock.now().getTime() + limits.uploadHrefMs;
  const claims = {
    packageId: owner.id,
    sha256: oid,
    sizeBytes: size,
    principal: call.principal.name,
    expiresAt,
  };
  const verify = await signAction(deps, call, { ...claims, action: 'verify' });
  if (!isMultipart || size <= limits.multipartBytes) {
    const upload = await signAction(deps, call, { ...claims, action: 'put' });
    return { ...wanted, authenticated: true, actions: { upload, verify } };
  }
  const partBytes = toPartBytes(size, limits);
  const upload = await store.uploads.begin({
    packageId: owner.id,
    sha256: oid,
    sizeBytes: size,
    partBytes,
    expiresAt: new Date(expiresAt),
  });
  const header: Record<string, string> = { chunk_size: String(upload.partBytes) };
  const partCount = Math.ceil(size / upload.partBytes);
  for (let partNumber = 1; partNumber <= partCount; partNumber++) {
    const part = await signAction(deps, call, { ...claims, action: 'part', uploadId: upload.id, partNumber });
    header[String(partNumber).padStart(5, '0')] = part.href;
  }
  const complete = await signAction(deps, call, { ...claims, action: 'complete', uploadId: upload.id });
  return { ...wanted, authenticated: true, actions: { upload: { ...complete, header }, verify } };
}

/** Whole mebibytes, so that there are no more parts than an upload may have. */
function toPartBytes(sizeBytes: number, limits: HubDeps['limits']): number {
  const MiB = 1024 * 1024;
  const least = Math.ceil(sizeBytes / limits.maxParts / MiB) * MiB;
  return Math.max(limits.partBytes, least);
}

async function signAction(deps: HubDeps, call: HubCall, claims: HrefClaims): Promise<Action> {
  return {
    href: `${call.endpoint}/lfs-objects/${await deps.hrefs.sign(claims)}`,
    expires_at: new Date(claims.expiresAt).toISOString(),
  };
}

/**
 * A digest is answered for only through a version that has it and that the gate lets in: refused here, where Git LFS
 * prints the reason, and again where the bytes are.
 */
async function planDownloads(
  deps: HubDeps,
  call: HubCall,
  repo: HubRepo,
  request: BatchRequest,
): Promise<readonly BatchObject[]> {
  requireRead(call.principal, call.repository);
  const open = new Map<Sha256, Wanted>(request.objects.map((wanted) => [wanted.oid, wanted]));
  const planned = new Map<Sha256, BatchObject>();
  for await (const resolved of findVersions(deps, call, repo, request.ref?.name)) {
    const files = await deps.store.versions.files(resolved.version.id);
    const found = files.filter((file) => file.isLfs && file.sha256 !== undefined && open.has(file.sha256));
    if (found.length === 0) continue;
    const answer = await planVersion(deps, call, resolved, found);
    for (const [oid, object] of answer) {
      // A version that is refused does not stand in the way of another one with the same file.
      if (object.error === undefined) open.delete(oid);
      if (planned.get(oid)?.actions === undefined) planned.set(oid, object);
    }
    if (open.size === 0) break;
  }
  return request.objects.map(
    (wanted) => planned.get(wanted.oid) ?? fail(wanted, 404, 'no version has this object'),
  );
}

/** Versions that are looked through for a digest, beyond the one that was named. */
const MAX_SEARCHED = 50;

async function* findVersions(
  deps: HubDeps,
  call: HubCall,
  repo: HubRepo,
  refName: string | undefined,
): AsyncGenerator<Resolved> {
  const name = refName?.replace(/^refs\/(?:heads|tags)\//, '') ?? 'main';
  const first = await openVersion(deps, call, repo, isHubRevision(name) ? name : parseHubRevision('main'));
  yield first;
  const others = await deps.store.versions.list(first.package.id, { limit: MAX_SEARCHED });
  for (const version of others.items) if (version.id !== first.version.id) yield { ...first, version };
}

async function planVersion(
  deps: HubDeps,
  call: HubCall,
  resolved: Resolved,
  files: readonly VersionFile[],
): Promise<ReadonlyMap<Sha256, BatchObject>> {
  const planned = new Map<Sha256, BatchObject>();
  const admission = await deps.gate.admit(resolved, {
    waitMs: Math.max(500, call.remainingMs()),
    signal: call.signal,
  });
  const expiresAt = deps.clock.now().getTime() + deps.limits.downloadHrefMs;
  for (const file of files) {
    if (file.sha256 === undefined) continue;
    const wanted = { oid: file.sha256, size: file.sizeBytes };
    if (admission.kind === 'refuse') {
      planned.set(wanted.oid, fail(wanted, 403, toHeaderLine(admission.refusal.line)));
    } else if (admission.kind === 'pending') {
      const wait = `${resolved.key.name} is being inspected; ask again in ${admission.retryAfterSeconds} s`;
      planned.set(wanted.oid, fail(wanted, 503, wait));
    } else {
      const download = await signAction(deps, call, {
        action: 'get',
        packageId: resolved.package.id,
        sha256: file.sha256,
        sizeBytes: file.sizeBytes,
        principal: call.principal.name,
        expiresAt,
        revision: resolved.version.revision,
        path: file.path,
      });
      planned.set(wanted.oid, { ...wanted, authenticated: true, actions: { download } });
    }
  }
  return planned;
}

function fail(wanted: Wanted, code: number, message: string): BatchObject {
  return { ...wanted, error: { code, message } };
}
