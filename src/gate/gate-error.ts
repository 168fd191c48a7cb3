import { AppError } from '#kernel';

export type GateErrorCode =
  | 'package-not-found'
  | 'revision-not-found'
  | 'file-not-found'
  | 'range-not-satisfiable'
  | 'upstream-unauthorized' // our credential for the upstream, or the upstream's own gate
  | 'upstream-unavailable'
  | 'upstream-rate-limited'
  | 'upstream-invalid' // answers or bytes that are not what was promised
  | 'not-admitted'; // bytes were asked for without an admission: a bug, or a decision that changed meanwhile

/** The gate could not serve, for a reason other than policy. */
export class GateError extends AppError<GateErrorCode> {
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: GateErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly retryAfterSeconds?: number },
  ) {
    super(code, message, options);
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }
}
