import type { AddressInfo } from 'node:net';
import { type Config, createApp } from '#app';
import type { Clock, Log } from '#kernel';
import { createAuthenticate } from './authenticate.ts';
import { startBackground } from './background.ts';
import { createServerApp } from './create-server-app.ts';
import { prepareFirstStart } from './first-start.ts';
import { listen } from './host.ts';
import { createMetrics } from './metrics.ts';

export interface RunningServer extends AsyncDisposable {
  readonly publicUrl: string;
  /** Of the first start: shown to the operator once. */
  readonly adminToken: string | undefined;
}

/**
 * One whole server on one data folder: answers when the promise resolves, and stops in the order clients, background
 * work, scanner, store.
 *
 * @throws StoreError `locked`, `newer-schema`, `corrupt`; the operating system's error for the address
 */
export async function startServer(
  config: Config,
  deps: { readonly clock: Clock; readonly log: Log; readonly newAdminToken: boolean },
): Promise<RunningServer> {
  const { clock, log } = deps;
  await using cleanup = new AsyncDisposableStack();
  const metrics = createMetrics();
  const host = cleanup.use(await listen({ ...config.listen, clock, log, metrics }));
  const publicUrl = config.publicUrl ?? toUrl(host.address);
  const app = cleanup.use(
    await createApp(config, {
      clock,
      log,
      publicUrl,
      onDecision: (decision) =>
        metrics.decision(decision.effect, decision.elapsedMs / 1000, decision.readBytes),
    }),
  );
  const { adminToken } = await prepareFirstStart(app.store, config, {
    clock,
    newAdminToken: deps.newAdminToken,
  });
  const authenticate = createAuthenticate({
    tokens: app.store.tokens,
    clock,
    anonymousRead: config.anonymousRead,
  });
  const stopping = new AbortController();
  cleanup.defer(() => stopping.abort());
  await startBackground({ store: app.store, gate: app.gate, clock, log, signal: stopping.signal });
  host.mount(
    createServerApp({
      store: app.store,
      clock,
      log,
      metrics,
      authenticate,
      policies: app.policies,
      publicUrl,
      protocols: app.createProtocolApps(authenticate),
    }),
  );
  log.info('serving', { url: publicUrl, dataDir: config.dataDir });
  const running = cleanup.move();
  return {
    publicUrl,
    adminToken,
    async [Symbol.asyncDispose]() {
      // Clients first: what they still wait for needs everything below.
      await host[Symbol.asyncDispose]();
      await running[Symbol.asyncDispose]();
      log.info('stopped');
    },
  };
}

function toUrl({ address, port, family }: AddressInfo): string {
  const isAny = address === '0.0.0.0' || address === '::';
  const host = isAny ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
