import { BytesError } from '#bytes';
import type { HubRepo } from '#ecosystems';
import type { GitOid } from '#kernel';
import { parseContentRange, readHeader } from '../http/headers.ts';
import { type HubAnswer, toUpstreamError } from '../http/hub-transport.ts';
import { findBackoff, isPassing, pause, withRetries } from '../http/retry.ts';
import { UpstreamError } from '../upstream-error.ts';
import { checkEncoding, type HubClient } from './hub-client.ts';
import { createIdentityCheck } from './hub-ranges.ts';
import type { HubDownload, HubFile } from './hub-upstream.ts';

/** A file of a commit, from an offset to its end. Where the body breaks it goes on by a range request. */
export async function downloadHubFile(
  client: HubClient,
  repo: HubRepo,
  commit: GitOid,
  file: HubFile,
  startOffset: number,
  callerSignal: AbortSignal | undefined,
): Promise<HubDownload> {
  const { sizeBytes } = file;
  const { limits, log } = client;
  const url = client.fileUrl(repo, commit, file.path);
  const signal = callerSignal ?? new AbortController().signal;
  const identity = createIdentityCheck(file);

  /** A body whose first byte is the one at `offset`. */
  async function openOnce(
    offset: number,
  ): Promise<{ readonly answer: HubAnswer; readonly skipBytes: number }> {
    // Asked for anew each time: a signed address may have expired meanwhile.
    const answer = await client.transport.get(url, {
      headers: offset === 0 ? {} : { range: `bytes=${offset}-` },
      mayLeaveOrigin: true,
      signal,
    });
    if (answer.status !== 200 && answer.status !== 206) throw client.refuse(answer, 'file-not-found');
    checkEncoding(answer);
    try {
      identity(answer);
    } catch (error) {
      throw error instanceof BytesError
        ? new UpstreamError('changed', error.message, { cause: error })
        : error;
    }
    return { answer, skipBytes: readStart(answer, offset, sizeBytes) };
  }

  const open = (offset: number) => withRetries(() => openOnce(offset), { limits, log, signal });

  async function* read(first: Awaited<ReturnType<typeof open>>): AsyncGenerator<Uint8Array> {
    let offset = startOffset;
    let failures = 0;
    let current = first;
    while (true) {
      try {
        let { skipBytes } = current;
        for await (const part of current.answer.body) {
          const fresh = part.subarray(Math.min(skipBytes, part.length));
          skipBytes -= part.length - fresh.length;
          if (fresh.length === 0) continue;
          if (fresh.length > sizeBytes - offset) {
            throw new UpstreamError(
              'changed',
              `${url.host} sent more than the ${sizeBytes} bytes of the file`,
            );
          }
          offset += fresh.length;
          failures = 0;
          yield fresh;
        }
        if (offset === sizeBytes) return;
        throw new UpstreamError('unavailable', `${url.host} ended after ${offset} of ${sizeBytes} bytes`);
      } catch (error) {
        const reason = toUpstreamError(error, url, signal);
        if (!isPassing(reason) || ++failures >= limits.attempts) throw reason;
        log.warn('upstream broke a transfer, resuming', { offset, sizeBytes, reason: reason.message });
        await pause(findBackoff(failures, limits), signal);
      } finally {
        current.answer.body.destroy();
      }
      current = await open(offset);
    }
  }

  if (startOffset >= sizeBytes) return { sizeBytes, body: nothing() };
  return { sizeBytes, body: read(await open(startOffset)) };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** How many bytes of the body come before the offset: an upstream may answer a range with the whole. */
function readStart(answer: HubAnswer, offset: number, sizeBytes: number): number {
  const fail = (code: 'changed' | 'invalid-answer', detail: string): never => {
    answer.body.destroy();
    throw new UpstreamError(code, `${answer.url.host} ${detail}`);
  };
  if (answer.status === 206) {
    const range = parseContentRange(readHeader(answer.headers, 'content-range'));
    if (range === undefined || range.start !== offset)
      return fail('invalid-answer', 'gave another range than asked for');
    if (range.sizeBytes !== sizeBytes) {
      return fail('changed', `has ${range.sizeBytes} bytes of the file instead of ${sizeBytes}`);
    }
    return 0;
  }
  const declared = readHeader(answer.headers, 'content-length');
  if (declared !== undefined && Number(declared) !== sizeBytes) {
    return fail('changed', `has ${Number(declared)} bytes of the file instead of ${sizeBytes}`);
  }
  return offset;
}
