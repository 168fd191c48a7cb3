import { AppError } from '#kernel';

export type HubErrorCode =
  | 'unauthenticated' // no token where one is needed
  | 'bad-credentials'
  | 'forbidden'
  | 'read-only' // a write to a remote repository
  | 'repository-not-found' // of this server, not of the Hub
  | 'package-not-found'
  | 'revision-not-found'
  | 'entry-not-found'
  | 'exists'
  | 'stale-parent'
  | 'busy'
  | 'invalid-request'
  | 'too-large'
  | 'too-slow'
  | 'expired'
  | 'xet-not-spoken'
  | 'unsupported'
  | 'method-not-allowed';

/** A request that the protocol app itself refuses. The message is shown to the person. */
export class HubError extends AppError<HubErrorCode> {
  /** Of what exists already: clients that do not mind read it from the answer. */
  readonly url: string | undefined;
  /** In which something is absent: clients remember it for that commit. */
  readonly commit: string | undefined;

  constructor(
    code: HubErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly url?: string; readonly commit?: string },
  ) {
    super(code, message, options);
    this.url = options?.url;
    this.commit = options?.commit;
  }
}
