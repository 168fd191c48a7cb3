import type { HubRepo } from '#ecosystems';
import { type Clock, type Log, quote } from '#kernel';
import { parseNextQuery, parseRetryAfter, readHeader } from '../http/headers.ts';
import { type HubAnswer, type HubTransport, toUpstreamError } from '../http/hub-transport.ts';
import { type RetryLimits, withRetries } from '../http/retry.ts';
import { UpstreamError, type UpstreamErrorCode } from '../upstream-error.ts';

export interface HubClientLimits extends RetryLimits {
  readonly deadlineMs: number; // of one call, with its retries
  readonly maxJsonBytes: number; // of one answer
}

/** What the calls of a Hub upstream share: addresses, errors, retries, bounded JSON. */
export interface HubClient {
  readonly transport: HubTransport;
  readonly limits: HubClientLimits;
  readonly log: Log;
  /** Of a file, as an unmodified client would ask for it. */
  fileUrl(repo: HubRepo, revision: string, path: string): URL;
  /** @throws {UpstreamError} */
  getJson(
    path: string,
    query: string,
    absent: UpstreamErrorCode,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly json: unknown; readonly next: string | undefined }>;
  /** Turns an answer that is not a success into its error, and lets its body go. */
  refuse(answer: HubAnswer, absent: UpstreamErrorCode): UpstreamError;
}

export function createHubClient(options: {
  readonly baseUrl: URL;
  readonly transport: HubTransport;
  readonly limits: HubClientLimits;
  readonly clock: Clock;
  readonly log: Log;
}): HubClient {
  const { transport, limits, clock, log } = options;
  const base = options.baseUrl.href.replace(/\/+$/, '');

  function refuse(answer: HubAnswer, absent: UpstreamErrorCode): UpstreamError {
    answer.body.destroy();
    const retryAfterSeconds = parseRetryAfter(readHeader(answer.headers, 'retry-after'), clock.now());
    const said = readHeader(answer.headers, 'x-error-message');
    const detail = said === undefined ? '' : `: ${quote(said, 200)}`;
    return new UpstreamError(
      toCode(answer.status, readHeader(answer.headers, 'x-error-code'), absent),
      `${answer.url.host} answered ${answer.status}${detail}`,
      retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
    );
  }

  return {
    transport,
    limits,
    log,
    refuse,
    fileUrl: (repo, revision, path) => {
      const prefix = repo.type === 'model' ? '' : `${repo.type}s/`;
      const encoded = path.split('/').map(encodeURIComponent).join('/');
      return new URL(`${base}/${prefix}${repo.id}/resolve/${encodeURIComponent(revision)}/${encoded}`);
    },
    async getJson(path, query, absent, callerSignal) {
      const url = new URL(`${base}${path}${query === '' ? '' : `?${query}`}`);
      const deadline = AbortSignal.timeout(limits.deadlineMs);
      const signal = callerSignal === undefined ? deadline : AbortSignal.any([callerSignal, deadline]);
      const work = async () => {
        const answer = await transport.get(url, { mayLeaveOrigin: false, signal });
        if (answer.status !== 200) throw refuse(answer, absent);
        const json = await readJson(answer, limits.maxJsonBytes, signal);
        return { json, next: parseNextQuery(readHeader(answer.headers, 'link')) };
      };
      try {
        return await withRetries(work, { limits, log, signal });
      } catch (error) {
        if (deadline.aborted && callerSignal?.aborted !== true) {
          throw new UpstreamError('unavailable', `${url.host} did not answer in ${limits.deadlineMs} ms`, {
            cause: error,
          });
        }
        throw error;
      }
    },
  };
}

/** @throws {UpstreamError} `invalid-answer`, `unavailable` */
async function readJson(answer: HubAnswer, maxBytes: number, signal: AbortSignal): Promise<unknown> {
  const bytes = await readBounded(answer, maxBytes, signal);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new UpstreamError('invalid-answer', `${answer.url.host} answered with something that is not JSON`, {
      cause: error,
    });
  }
}

/** A whole body, or an error when it is longer than `maxBytes` or encoded in a way that was not asked for. */
export async function readBounded(
  answer: HubAnswer,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  checkEncoding(answer);
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of answer.body) {
      length += part.length;
      if (length > maxBytes) {
        throw new UpstreamError(
          'invalid-answer',
          `${answer.url.host} answered with more than ${maxBytes} bytes`,
        );
      }
      parts.push(part);
    }
  } catch (error) {
    throw toUpstreamError(error, answer.url, signal);
  }
  return Buffer.concat(parts);
}

/** Lengths and ranges say nothing of bytes that were compressed on their way. */
export function checkEncoding(answer: HubAnswer): void {
  const encoding = readHeader(answer.headers, 'content-encoding');
  if (encoding === undefined || encoding === 'identity') return;
  answer.body.destroy();
  throw new UpstreamError('invalid-answer', `${answer.url.host} compressed an answer without being asked`);
}

function toCode(status: number, hubCode: string | undefined, absent: UpstreamErrorCode): UpstreamErrorCode {
  if (hubCode === 'RepoNotFound') return 'not-found';
  if (hubCode === 'RevisionNotFound') return 'revision-not-found';
  if (hubCode === 'EntryNotFound') return 'file-not-found';
  if (hubCode === 'GatedRepo') return 'unauthorized';
  if (status === 404 || status === 410) return absent;
  if (status === 401 || status === 403 || status === 407 || status === 451) return 'unauthorized';
  if (status === 429) return 'rate-limited';
  if (status === 416) return 'changed';
  return status >= 500 || status === 408 ? 'unavailable' : 'invalid-answer';
}
