import { type ByteSource, BytesError, createHttpSource } from '#bytes';
import type { HubRepo } from '#ecosystems';
import type { GitOid } from '#kernel';
import { normalizeEtag, parseContentRange, readHeader } from '../http/headers.ts';
import type { HubAnswer } from '../http/hub-transport.ts';
import { withRetries } from '../http/retry.ts';
import { UpstreamError } from '../upstream-error.ts';
import { type HubClient, readBounded } from './hub-client.ts';
import type { HubFile } from './hub-upstream.ts';

/** An upstream that ignores ranges is only good for files that are read whole anyway. */
const MAX_WITHOUT_RANGES_BYTES = 4 * 1024 * 1024;

/** A file of a commit by ranges. Where the bytes lie is asked once, and again when that address expires. */
export function openHubFile(
  client: HubClient,
  repo: HubRepo,
  commit: GitOid,
  file: HubFile,
  callerSignal: AbortSignal | undefined,
): ByteSource {
  const start = client.fileUrl(repo, commit, file.path);
  const identity = createIdentityCheck(file);
  let target: URL | undefined;

  async function fetchOnce(from: number, to: number, signal: AbortSignal): Promise<Uint8Array> {
    const url = target ?? start;
    const answer = await client.transport.get(url, {
      headers: { range: `bytes=${from}-${to - 1}` },
      mayLeaveOrigin: true,
      signal,
    });
    if (answer.status !== 200 && answer.status !== 206) {
      const error = client.refuse(answer, 'file-not-found');
      if (url === start || answer.status >= 500 || answer.status === 429) throw error;
      // A signed address that has expired: ask the upstream for a new one.
      target = undefined;
      throw new UpstreamError('unavailable', error.message, { cause: error, retryAfterSeconds: 0 });
    }
    identity(answer);
    target = answer.url;
    if (answer.status === 206) {
      checkRange(answer, from, to, file.sizeBytes);
      return readBounded(answer, to - from, signal);
    }
    const declared = readHeader(answer.headers, 'content-length');
    if (declared !== undefined && Number(declared) !== file.sizeBytes) {
      answer.body.destroy();
      throw changed(`it has ${declared} bytes instead of ${file.sizeBytes}`);
    }
    if (file.sizeBytes > MAX_WITHOUT_RANGES_BYTES) {
      answer.body.destroy();
      throw new UpstreamError('invalid-answer', `${answer.url.host} does not give ranges`);
    }
    return (await readBounded(answer, file.sizeBytes, signal)).subarray(from, to);
  }

  return createHttpSource({
    sizeBytes: file.sizeBytes,
    ...(callerSignal === undefined ? {} : { signal: callerSignal }),
    fetchRange: (from, to, signal = new AbortController().signal) =>
      withRetries(() => fetchOnce(from, to, signal), { limits: client.limits, log: client.log, signal }),
  });
}

/**
 * Follows what the answers for one file say of its identity: its digest where the upstream gives it, and the entity
 * tag of one host, which must stay the same.
 */
export function createIdentityCheck(file: HubFile): (answer: HubAnswer) => void {
  const seen = new Map<string, string>();
  return (answer) => {
    const linked = normalizeEtag(answer.linkedEtag);
    if (
      file.sha256 !== undefined &&
      linked !== undefined &&
      /^[0-9a-f]{64}$/.test(linked) &&
      linked !== file.sha256
    ) {
      answer.body.destroy();
      throw changed('the upstream gives it another digest than in its tree');
    }
    const etag = normalizeEtag(readHeader(answer.headers, 'etag'));
    if (etag === undefined) return;
    const before = seen.get(answer.url.host);
    if (before !== undefined && before !== etag) {
      answer.body.destroy();
      throw changed('its entity tag is another one than before');
    }
    seen.set(answer.url.host, etag);
  };
}

function checkRange(answer: HubAnswer, from: number, to: number, sizeBytes: number): void {
  const range = parseContentRange(readHeader(answer.headers, 'content-range'));
  if (range !== undefined && range.sizeBytes !== sizeBytes) {
    answer.body.destroy();
    throw changed(`it has ${range.sizeBytes} bytes instead of ${sizeBytes}`);
  }
  if (range === undefined || range.start !== from || range.end !== to) {
    answer.body.destroy();
    throw new UpstreamError('invalid-answer', `${answer.url.host} gave another range than asked for`);
  }
}

function changed(detail: string): BytesError {
  return new BytesError('changed', `the file changed while it was read: ${detail}`);
}
