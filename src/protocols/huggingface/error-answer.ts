import { EcosystemError, type EcosystemErrorCode } from '#ecosystems';
import { GateError, type GateErrorCode } from '#gate';
import { AppError } from '#kernel';
import { StoreError, type StoreErrorCode } from '#store';
import { UpstreamError, type UpstreamErrorCode } from '#upstream';
import { type AnswerHeaders, errorJson } from './answer.ts';
import { toHeaderLine } from './header-text.ts';
import { HubError, type HubErrorCode } from './hub-error.ts';

interface Dialect {
  readonly status: number;
  readonly hubCode?: 'RepoNotFound' | 'RevisionNotFound' | 'EntryNotFound' | 'GatedRepo';
  /** Shown also where clients drop the message of an error. */
  readonly isWarned?: boolean;
  /** A message of ours that must not go out: it may name what is behind. */
  readonly publicMessage?: string;
}

const PACKAGE: Dialect = { status: 404, hubCode: 'RepoNotFound', isWarned: true };
const REVISION: Dialect = { status: 404, hubCode: 'RevisionNotFound' };
const ENTRY: Dialect = { status: 404, hubCode: 'EntryNotFound' };
const REQUEST: Dialect = { status: 400 };
const OUR_FAULT: Dialect = { status: 500, publicMessage: 'The server failed; its log has the reason' };
/** 429 to a GET and 503 to a HEAD are tried again by the clients. */
const LATER: Dialect = { status: 503, isWarned: true };
const BROKEN: Dialect = { status: 502, isWarned: true };
/** A mistake of ours that nobody downstream can mend: raised as itself, not as "check your connection". */
const OUR_CREDENTIAL: Dialect = { status: 403, hubCode: 'GatedRepo', isWarned: true };

const HUB: Readonly<Record<HubErrorCode, Dialect>> = {
  unauthenticated: { status: 401, isWarned: true },
  'bad-credentials': { status: 401 },
  forbidden: { status: 403, isWarned: true },
  'read-only': { status: 403 },
  'repository-not-found': PACKAGE,
  'package-not-found': { status: 404, hubCode: 'RepoNotFound' },
  'revision-not-found': REVISION,
  'entry-not-found': ENTRY,
  exists: { status: 409 },
  'stale-parent': { status: 412 },
  busy: { status: 409 },
  'invalid-request': REQUEST,
  'too-large': { status: 413 },
  'too-slow': { status: 408 },
  expired: { status: 403 },
  'xet-not-spoken': { status: 403 },
  unsupported: { status: 501 },
  'method-not-allowed': { status: 405 },
};

const GATE: Readonly<Record<GateErrorCode, Dialect>> = {
  'package-not-found': { status: 404, hubCode: 'RepoNotFound' },
  'revision-not-found': REVISION,
  'file-not-found': ENTRY,
  'range-not-satisfiable': { status: 416 },
  'upstream-unauthorized': OUR_CREDENTIAL,
  'upstream-unavailable': LATER,
  'upstream-rate-limited': LATER,
  'upstream-invalid': BROKEN,
  'not-admitted': LATER,
};

const UPSTREAM: Readonly<Record<UpstreamErrorCode, Dialect>> = {
  'not-found': { status: 404, hubCode: 'RepoNotFound' },
  'revision-not-found': REVISION,
  'file-not-found': ENTRY,
  unauthorized: OUR_CREDENTIAL,
  'rate-limited': LATER,
  unavailable: LATER,
  'invalid-answer': BROKEN,
  changed: BROKEN,
  'forbidden-address': BROKEN,
};

const STORE: Readonly<Partial<Record<StoreErrorCode, Dialect>>> = {
  exists: { status: 409 },
  conflict: { status: 409 },
  'digest-mismatch': REQUEST,
  'size-mismatch': REQUEST,
  'invalid-value': REQUEST,
  'disk-full': { status: 507, publicMessage: 'The server has no room left' },
};

const ECOSYSTEM: Readonly<Record<EcosystemErrorCode, Dialect>> = {
  'invalid-repo-id': { status: 404, hubCode: 'RepoNotFound' },
  'invalid-revision': REVISION,
  'invalid-path': ENTRY,
  'path-conflict': REQUEST,
  'limit-exceeded': REQUEST,
};

/** An error in the Hub's own dialect, and whether it is our fault. */
export function renderError(
  error: unknown,
  request: { readonly isHead: boolean; readonly topic: string; readonly requestId: string | undefined },
): { readonly response: Response; readonly isOurFault: boolean } {
  const dialect = toDialect(error);
  const message = dialect.publicMessage ?? (error instanceof Error ? error.message : '');
  const line = toHeaderLine(message);
  // 429, not 503: clients try a GET again after the first only.
  const isLater = dialect.status === 503;
  const status = isLater && !request.isHead && waitOf(error) !== undefined ? 429 : dialect.status;
  const headers: AnswerHeaders = {
    'x-error-message': line,
    ...(dialect.hubCode === undefined ? {} : { 'x-error-code': dialect.hubCode }),
    ...(dialect.isWarned === true ? { 'x-hf-warning': `${request.topic}; ${line}` } : {}),
    ...(error instanceof HubError && error.commit !== undefined ? { 'x-repo-commit': error.commit } : {}),
    ...(isLater ? { 'retry-after': String(waitOf(error) ?? OUTAGE_SECONDS) } : {}),
    ...(dialect.status === 401
      ? { 'www-authenticate': 'Bearer realm="sallyport"', 'lfs-authenticate': 'Basic realm="sallyport"' }
      : {}),
    // What is left of a body that was refused is not read.
    ...(dialect.status === 413 || dialect.status === 408 ? { connection: 'close' } : {}),
  };
  const body = {
    error: line,
    message: line, // Git LFS reads this one
    ...(error instanceof HubError && error.url !== undefined ? { url: error.url } : {}),
    request_id: request.requestId,
  };
  return { response: errorJson(request.isHead, body, status, headers), isOurFault: dialect === OUR_FAULT };
}

function toDialect(error: unknown): Dialect {
  if (error instanceof HubError) return HUB[error.code];
  if (error instanceof GateError) return GATE[error.code];
  if (error instanceof UpstreamError) return UPSTREAM[error.code];
  if (error instanceof StoreError) return STORE[error.code] ?? OUR_FAULT;
  if (error instanceof EcosystemError) return ECOSYSTEM[error.code];
  return OUR_FAULT;
}

/** Clients try five times: with an upstream that is down they shall say so within half a minute. */
const OUTAGE_SECONDS = 3;

function waitOf(error: unknown): number | undefined {
  if (!(error instanceof GateError) && !(error instanceof UpstreamError)) return undefined;
  const isOutage = error.code === 'unavailable' || error.code === 'upstream-unavailable';
  const asked = error.retryAfterSeconds;
  return isOutage ? Math.min(asked ?? OUTAGE_SECONDS, OUTAGE_SECONDS) : asked;
}

/** What the server's own authentication throws for a credential that is none. */
export function isAuthenticationFailure(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'unauthorized';
}
