import { Readable } from 'node:stream';
import type { HubPath, HubRepo, HubRevision } from '#ecosystems';
import type { Served } from '#gate';
import type { VersionFile } from '#store';
import type { AnswerHeaders } from './answer.ts';
import type { HubCall, HubDeps } from './call.ts';
import { toDisposition } from './header-text.ts';
import { HubError } from './hub-error.ts';
import { openVersion } from './open-version.ts';
import { renderPending, renderRefused, warningHeaders } from './refusal.ts';
import { type Bytes, sendBytes } from './send-bytes.ts';
import { entityOf, readPointer } from './version-files.ts';

/** The least that the gate is given to answer, when resolving took most of the time. */
const MIN_ADMIT_MS = 500;

/**
 * `HEAD|GET .../resolve/{revision}/{path}` and its aliases `raw` and `resolve-cache`. The bytes are served here and
 * not behind a redirect: one door less, and no client needs it.
 */
export async function answerFile(
  deps: HubDeps,
  call: HubCall,
  route: {
    readonly repo: HubRepo;
    readonly revision: HubRevision;
    readonly path: HubPath;
    readonly isRaw: boolean;
  },
): Promise<Response> {
  const resolved = await openVersion(deps, call, route.repo, route.revision);
  const { version } = resolved;
  const file = await deps.files.find(version, route.path);
  if (file === undefined) {
    // Says nothing of the content, and clients probe for many files: no need to wait for a decision.
    // With the commit, so that they remember the absence.
    throw new HubError('entry-not-found', `Entry not found: ${route.path}`, { commit: version.revision });
  }
  const waitMs = Math.max(MIN_ADMIT_MS, call.remainingMs());
  const admission = await deps.gate.admit(resolved, { waitMs, signal: call.signal });
  if (admission.kind === 'refuse') return renderRefused(call, admission);
  if (admission.kind === 'pending') return renderPending(call, admission);
  const headers = {
    ...fileHeaders(file, version.revision),
    ...warningHeaders(resolved.key.name, admission.warnings),
  };
  const pointer = route.isRaw ? readPointer(file) : undefined;
  return sendBytes(
    call,
    deps.log,
    pointer === undefined ? whole(deps, call, admission, file, headers) : text(pointer, file, headers),
  );
}

function whole(
  deps: HubDeps,
  call: HubCall,
  admission: Served,
  file: VersionFile,
  headers: AnswerHeaders,
): Bytes {
  return {
    sizeBytes: file.sizeBytes,
    etag: entityOf(file),
    headers: file.isLfs
      ? { ...headers, 'x-linked-etag': `"${entityOf(file)}"`, 'x-linked-size': String(file.sizeBytes) }
      : headers,
    open: async (range) => (await deps.gate.open(admission, file.path)).stream(range, call.signal),
  };
}

/** What Git has in place of a large file. It names the digest, so it went through the gate as well. */
function text(pointer: Buffer, file: VersionFile, headers: AnswerHeaders): Bytes {
  return {
    sizeBytes: pointer.length,
    etag: file.gitOid,
    headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
    open: async (range) => Readable.from([pointer.subarray(range?.start, range?.end)], { objectMode: false }),
  };
}

function fileHeaders(file: VersionFile, commit: string): AnswerHeaders {
  return {
    // Never a type that a browser would run at our address.
    'content-type': 'application/octet-stream',
    'content-disposition': toDisposition(file.path),
    'x-repo-commit': commit,
  };
}
