import { BytesError } from '#bytes';
import { unreachable } from '#kernel';
import type { RepositoryRecord } from '#store';
import { UpstreamError } from '#upstream';
import { GateError } from './gate-error.ts';

/** Where clients come back when the upstream does not say when. */
const RETRY_AFTER_SECONDS = 10;

/**
 * What a failure of the upstream means for the one who asked the gate: an absence is an absence, a refused credential
 * is a mistake in our configuration, everything else is the upstream's fault and named so. Errors of other kinds are
 * returned as they are.
 */
export function toGateError(error: unknown, repository: RepositoryRecord): unknown {
  const failure = error instanceof BytesError && error.cause instanceof UpstreamError ? error.cause : error;
  const upstream = describeUpstream(repository);
  const from = { cause: error };
  if (failure instanceof BytesError) {
    switch (failure.code) {
      case 'changed':
      case 'truncated':
        return new GateError('upstream-invalid', `${upstream} did not give the bytes that it promised`, from);
      case 'unreadable':
        return new GateError('upstream-unavailable', `${upstream} could not be read`, {
          ...from,
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        });
      default:
        return failure;
    }
  }
  if (!(failure instanceof UpstreamError)) return failure;
  const retry = { ...from, retryAfterSeconds: failure.retryAfterSeconds ?? RETRY_AFTER_SECONDS };
  switch (failure.code) {
    case 'not-found':
      return new GateError('package-not-found', `${upstream} has no such package`, from);
    case 'revision-not-found':
      return new GateError('revision-not-found', `${upstream} has no such revision of this package`, from);
    case 'file-not-found':
      return new GateError('upstream-invalid', `${upstream} lists a file that it does not have`, from);
    case 'unauthorized':
      return new GateError(
        'upstream-unauthorized',
        `${upstream} refuses the credential that this server has for it, or asks for terms to be accepted there first`,
        from,
      );
    case 'rate-limited':
      return new GateError('upstream-rate-limited', `${upstream} asks for fewer requests`, retry);
    case 'unavailable':
      return new GateError('upstream-unavailable', `${upstream} cannot be reached`, retry);
    case 'invalid-answer':
    case 'changed':
    case 'forbidden-address':
      return new GateError('upstream-invalid', `${upstream} gave an answer that cannot be used`, from);
    default:
      return unreachable(failure.code);
  }
}

/** Failures after which what the upstream said last may stand in, marked as stale. */
export function isOutage(error: unknown): boolean {
  return (
    error instanceof UpstreamError &&
    (error.code === 'unavailable' || error.code === 'rate-limited' || error.code === 'invalid-answer')
  );
}

/** The upstream by repository and host, without what a URL may carry besides. */
export function describeUpstream(repository: RepositoryRecord): string {
  const url = repository.upstreamUrl;
  const host = url !== undefined && URL.canParse(url) ? ` ${new URL(url).host}` : '';
  return `The upstream${host} of repository ${repository.name}`;
}
