import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '#kernel';
import { UpstreamError } from '../upstream-error.ts';

export interface RetryLimits {
  readonly attempts: number;
  readonly backoffMs: number; // doubles with each attempt
  readonly maxBackoffMs: number;
  /** A longer `Retry-After` is not waited for but handed on. */
  readonly maxRetryAfterMs: number;
}

/** Tries again what may pass: a broken connection, a busy or failing upstream. */
export async function withRetries<T>(
  work: (attempt: number) => Promise<T>,
  options: { readonly limits: RetryLimits; readonly log: Log; readonly signal: AbortSignal },
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    options.signal.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      options.signal.throwIfAborted();
      if (attempt >= options.limits.attempts || !isPassing(error)) throw error;
      const waitMs = findWait(error, attempt, options.limits);
      if (waitMs === undefined) throw error;
      options.log.warn('upstream failed, trying again', {
        attempt,
        waitMs,
        code: error.code,
        reason: error.message,
      });
      await pause(waitMs, options.signal);
    }
  }
}

/** Full jitter: many gates that lost one upstream do not come back at once. */
export function findBackoff(attempt: number, limits: RetryLimits): number {
  return Math.ceil(Math.random() * Math.min(limits.maxBackoffMs, limits.backoffMs * 2 ** (attempt - 1)));
}

export async function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(waitMs, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

export function isPassing(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && (error.code === 'unavailable' || error.code === 'rate-limited');
}

function findWait(error: UpstreamError, attempt: number, limits: RetryLimits): number | undefined {
  const backoffMs = findBackoff(attempt, limits);
  if (error.retryAfterSeconds === undefined) return backoffMs;
  const askedMs = error.retryAfterSeconds * 1000;
  return askedMs > limits.maxRetryAfterMs ? undefined : Math.max(askedMs, backoffMs);
}
