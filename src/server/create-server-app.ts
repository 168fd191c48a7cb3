import { Hono } from 'hono';
import { html } from 'hono/html';
import { isAllowed, type PolicyDocument } from '#api';
import type { Clock, Log } from '#kernel';
import type { Store } from '#store';
import { createApi } from './api/mount-api.ts';
import type { Authenticate } from './authenticate.ts';
import { renderDecisionPage } from './decision-page.ts';
import { renderHomePage } from './home-page.ts';
import type { Metrics } from './metrics.ts';
import { PAGE_HEADERS, renderPage } from './page.ts';
import { ServerError } from './server-error.ts';

/** A readiness probe waits no longer than this for the database. */
const PING_TIMEOUT_MS = 2_000;

/** Everything the server answers: protocols, API, pages, probes. */
export function createServerApp(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly authenticate: Authenticate;
  readonly policies: readonly PolicyDocument[];
  readonly publicUrl: string;
  /** By protocol id: mounted at `/<protocol>/:repository`. */
  readonly protocols: ReadonlyMap<string, Hono>;
}): Hono {
  const { store, log, metrics } = deps;
  const app = new Hono();
  for (const [id, protocol] of deps.protocols) app.route(`/${id}/:repository`, protocol);
  app.route('/api/v1', createApi(deps));

  app.get('/healthz', (c) => c.text('ok\n'));
  app.get('/readyz', async (c) => {
    try {
      await withTimeout(store.ping(), PING_TIMEOUT_MS);
      return c.text('ready\n');
    } catch (error) {
      log.warn('not ready', { error });
      return c.text('not ready: the database does not answer\n', 503);
    }
  });
  app.get('/metrics', async (c) =>
    c.body(await metrics.render(), 200, { 'content-type': metrics.contentType }),
  );

  app.get('/decisions/:id', async (c) => {
    const decision = await store.decisions.find(c.req.param('id'));
    if (decision === undefined) return c.html(renderAbsent(), 404, PAGE_HEADERS);
    return c.html(renderDecisionPage(decision), 200, PAGE_HEADERS);
  });
  app.get('/', async (c) => {
    const principal = await deps.authenticate(c.req.raw);
    const all = await store.repositories.list();
    const visible = all.filter((repository) => isAllowed(principal, repository.name, 'read'));
    return c.html(renderHomePage(deps.publicUrl, visible), 200, PAGE_HEADERS);
  });
  app.notFound((c) => c.html(renderAbsent(), 404, PAGE_HEADERS));
  app.onError((error, c) => {
    if (error instanceof ServerError)
      return c.text(`${error.message}\n`, 401, { 'www-authenticate': 'Bearer realm="sallyport"' });
    log.error('request failed', { error, path: c.req.path });
    return c.text('the server failed; its log has the reason\n', 500);
  });
  return app;
}

function renderAbsent() {
  return renderPage(
    'Not found',
    html`<h1>Nothing here</h1><p>No page has this address. <a href="/">Start</a></p>`,
  );
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
