import { type Context, Hono } from 'hono';
import { type AnswerOf, isAllowed, type Principal, type Route, routes } from '#api';
import { type AppError, type Clock, type Log, quote } from '#kernel';
import { StoreError, type StoreErrorCode } from '#store';
import type { Authenticate } from '../authenticate.ts';
import { requestIdOf } from '../request-id.ts';
import { ServerError, type ServerErrorCode } from '../server-error.ts';
import { createHandlers, type HandlerDeps } from './handlers.ts';
import { renderOpenApi } from './openapi.ts';

type Routes = typeof routes;

export interface HandlerInput<R extends Route> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: R['query']['_output'];
  readonly body: R['body']['_output'];
  readonly principal: Principal;
}

export type Handlers = {
  readonly [K in keyof Routes]: (input: HandlerInput<Routes[K]>) => Promise<AnswerOf<Routes[K]>>;
};

/** The largest body of the API: names and short texts only. */
const MAX_BODY_BYTES = 64 * 1024;

/** A client that sends them slower than this is not waited for. */
const BODY_TIMEOUT_MS = 15_000;

const STATUS: Readonly<Record<ServerErrorCode, 400 | 401 | 403 | 404 | 408 | 409 | 413>> = {
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'invalid-request': 400,
  'payload-too-large': 413,
  exists: 409,
  conflict: 409,
  'request-timeout': 408,
};

const STORE_CODES: Partial<Readonly<Record<StoreErrorCode, ServerErrorCode>>> = {
  'not-found': 'not-found',
  exists: 'exists',
  conflict: 'conflict',
};

/** `/api/v1`: every operation of the route table, and its OpenAPI document. */
export function createApi(
  deps: HandlerDeps & { readonly authenticate: Authenticate; readonly log: Log },
): Hono {
  const app = new Hono();
  const handlers = createHandlers(deps);
  for (const [key, route] of Object.entries(routes) as [keyof Routes, Route][]) {
    const handler = handlers[key] as (input: HandlerInput<Route>) => Promise<unknown>;
    app.on(route.method, route.path.replace(/\{(\w+)\}/g, ':$1'), async (c) => {
      const principal = await deps.authenticate(c.req.raw);
      const params = c.req.param() as Record<string, string>;
      checkAccess(route, principal, params.repository);
      const query = parse(route.query, c.req.query(), 'query');
      const body = parse(route.body, await readBody(c, route, deps.clock), 'body');
      const answer = await handler({ params, query, body, principal });
      return route.status === 204 ? c.body(null, 204) : c.json(answer as object, route.status);
    });
  }
  const document = renderOpenApi(Object.values(routes));
  app.get('/openapi.json', (c) => c.json(document));
  app.notFound((c) => renderProblem(c, new ServerError('not-found', `no operation at ${quote(c.req.path)}`)));
  app.onError((error, c) => {
    const known = toServerError(error);
    if (known === undefined) deps.log.error('API request failed', { error, path: c.req.path });
    return renderProblem(c, known);
  });
  return app;
}

function checkAccess(route: Route, principal: Principal, repository: string | undefined): void {
  if (route.access === 'any' || isAllowed(principal, repository ?? '*', route.access)) return;
  if (principal.kind === 'anonymous') {
    throw new ServerError('unauthorized', `${route.id} needs a token with ${route.access} rights`);
  }
  throw new ServerError('forbidden', `token ${quote(principal.name)} has no ${route.access} right here`);
}

function parse<T>(
  schema: { safeParse(input: unknown): ReturnType<Route['query']['safeParse']> },
  input: T,
  part: string,
) {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined ? part : [part, ...issue.path.map(String)].join('.');
  throw new ServerError('invalid-request', `${quote(where)}: ${issue?.message ?? 'invalid'}`);
}

async function readBody(c: Context, route: Route, clock: Clock): Promise<unknown> {
  if (route.method === 'GET' || route.method === 'DELETE') return undefined;
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const deadline = clock.now().getTime() + BODY_TIMEOUT_MS;
  for await (const chunk of c.req.raw.body ?? []) {
    if (clock.now().getTime() > deadline)
      throw new ServerError('request-timeout', 'the request body came too slowly');
    sizeBytes += chunk.byteLength;
    if (sizeBytes > MAX_BODY_BYTES) {
      throw new ServerError('payload-too-large', `a request body here has at most ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new ServerError('invalid-request', 'body: expected JSON', { cause });
  }
}

function toServerError(error: unknown): ServerError | undefined {
  if (error instanceof ServerError) return error;
  if (!(error instanceof StoreError)) return undefined;
  const code = STORE_CODES[error.code];
  return code === undefined ? undefined : new ServerError(code, error.message, { cause: error });
}

function renderProblem(c: Context, error: AppError<ServerErrorCode> | undefined) {
  const status = error === undefined ? 500 : STATUS[error.code];
  // What is left of the body is not read.
  if (status === 408 || status === 413) c.header('connection', 'close');
  if (status === 401) c.header('www-authenticate', 'Bearer realm="sallyport"');
  const code = error?.code ?? 'internal';
  const message = error?.message ?? 'the server failed; its log has the request id';
  return c.json({ error: { code, message, requestId: requestIdOf(c) } }, status);
}
