import { AppError } from '#kernel';

export type UpstreamErrorCode =
  | 'not-found' // the repository
  | 'revision-not-found'
  | 'file-not-found'
  | 'unauthorized' // upstream 401/403: our credential or its gate
  | 'rate-limited' // 429 after the retries
  | 'unavailable' // refused, reset, stalled, 5xx after the retries
  | 'invalid-answer' // an answer that breaks the protocol, or is larger than its bound
  | 'changed' // size or entity tag differ from what was listed
  | 'forbidden-address'; // a redirect to an address that we do not follow

/** The upstream could not give what was asked. */
export class UpstreamError extends AppError<UpstreamErrorCode> {
  /** Seconds that the upstream asked us to wait. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: UpstreamErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly retryAfterSeconds?: number },
  ) {
    super(code, message, options);
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }
}
