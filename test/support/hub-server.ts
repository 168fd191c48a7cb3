import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Principal } from '#api';
import { createGate, type Gate } from '#gate';
import { AppError, type Log, silentLog, systemClock } from '#kernel';
import { createPolicy } from '#policy';
import { createHubOrigin, createHuggingfaceApp, type HuggingfaceLimits } from '#protocols/huggingface';
import { createScanner } from '#scan';
import type { RepositoryRecord, Store } from '#store';
import { createHubUpstream, type HubUpstream, type HubUpstreamLimits } from '#upstream';
import { createFakeGate, type FakeGate } from './hub-gate.ts';
import { openTestStore } from './test-store.ts';

const TOKENS: Readonly<Record<string, Principal>> = {
  hf_writer: { kind: 'token', name: 'writer', scopes: [{ repository: '*', action: 'write' }] },
  hf_reader: { kind: 'token', name: 'reader', scopes: [{ repository: '*', action: 'read' }] },
  hf_stranger: { kind: 'token', name: 'stranger', scopes: [{ repository: 'other', action: 'write' }] },
};

export interface HubServer extends AsyncDisposable {
  readonly store: Store;
  readonly gate: Gate;
  readonly url: string;
  endpoint(repository: string): string;
  /** One request past the network: what `app.request()` answers. Paths start after the repository. */
  ask(
    path: string,
    init?: RequestInit & { readonly as?: keyof typeof TOKENS; readonly in?: string },
  ): Promise<Response>;
}

export interface HubServerOptions {
  readonly anonymousRead?: boolean;
  readonly limits?: Partial<HuggingfaceLimits>;
  readonly upstreamLimits?: Partial<HubUpstreamLimits>;
  readonly log?: Log;
  /** Of the remote repository `hub`. */
  readonly upstreamUrl?: string;
}

/** The Hub protocol on loopback: real store, local repositories `models` and `other`, a gate that says what it is told. */
export async function startFakeGatedHub(
  options: HubServerOptions = {},
): Promise<HubServer & { readonly gate: FakeGate }> {
  return start(options, async (_, store, url) => createFakeGate(store, url));
}

/** The same with the real gate and scanner. */
export async function startHub(options: HubServerOptions = {}): Promise<HubServer> {
  return start(options, async (cleanup, store, publicUrl, upstreamFor) => {
    const scanner = cleanup.use(await createScanner({ processes: 1 }));
    return cleanup.use(
      createGate({
        store,
        scanner,
        origins: { huggingface: createHubOrigin(upstreamFor) },
        policies: { balanced: createPolicy('balanced'), observe: createPolicy('observe') },
        clock: systemClock,
        log: options.log ?? silentLog,
        publicUrl,
      }),
    );
  });
}

async function start<G extends Gate>(
  options: HubServerOptions,
  makeGate: (
    cleanup: AsyncDisposableStack,
    store: Store,
    url: string,
    upstreamFor: (repository: RepositoryRecord) => HubUpstream,
  ) => Promise<G>,
): Promise<HubServer & { readonly gate: G }> {
  const { log = silentLog } = options;
  await using cleanup = new AsyncDisposableStack();
  const { store } = cleanup.use(await openTestStore({ log }));
  const remote = { protocol: 'huggingface', kind: 'remote', policy: 'balanced' } as const;
  const local = { ...remote, kind: 'local', upstreamUrl: undefined, upstreamToken: undefined } as const;
  await store.repositories.create({ ...local, name: 'models' });
  await store.repositories.create({ ...local, name: 'other', policy: 'observe' });
  if (options.upstreamUrl !== undefined) {
    await store.repositories.create({
      ...remote,
      name: 'hub',
      upstreamUrl: options.upstreamUrl,
      upstreamToken: undefined,
    });
  }
  const upstream = cleanup.use(
    createHubUpstream({
      baseUrl: options.upstreamUrl ?? 'http://127.0.0.1:1',
      clock: systemClock,
      log,
      limits: { backoffMs: 5, maxBackoffMs: 20, ...options.upstreamLimits },
    }),
  );
  const root = new Hono();
  const server = createServer(getRequestListener(root.fetch, { overrideGlobalObjects: false }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const gate = await makeGate(cleanup, store, url, () => upstream);
  const app = createHuggingfaceApp({
    store,
    gate,
    authenticate: async (request) => identify(request, options.anonymousRead ?? true),
    publicUrl: url,
    clock: systemClock,
    log,
    upstreamFor: () => upstream,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  root.route('/huggingface/:repository', app);
  const closing = cleanup.move();
  return {
    store,
    gate,
    url,
    endpoint: (repository) => `${url}/huggingface/${repository}`,
    async ask(path, init = {}) {
      const { as, in: repository = 'models', ...rest } = init;
      const headers = new Headers(rest.headers);
      if (as !== undefined) headers.set('authorization', `Bearer ${as}`);
      return root.request(`${url}/huggingface/${repository}${path}`, { ...rest, headers });
    },
    [Symbol.asyncDispose]: () => closing[Symbol.asyncDispose](),
  };
}

function identify(request: Request, anonymousRead: boolean): Principal {
  const header = request.headers.get('authorization');
  if (header === null) {
    const scopes = anonymousRead ? [{ repository: '*', action: 'read' } as const] : [];
    return { kind: 'anonymous', name: 'anonymous', scopes };
  }
  const principal = TOKENS[header.replace(/^Bearer /, '')];
  if (principal === undefined)
    throw new AppError('unauthorized', 'Invalid credentials in Authorization header');
  return principal;
}
