import { AppError } from '#kernel';

export type ServerErrorCode =
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'invalid-request'
  | 'payload-too-large'
  | 'exists'
  | 'conflict'
  | 'request-timeout';

/** A request that the HTTP API refuses. */
export class ServerError extends AppError<ServerErrorCode> {}
