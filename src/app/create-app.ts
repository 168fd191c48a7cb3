import { availableParallelism } from 'node:os';
import type { Hono } from 'hono';
import type { PolicyDocument, Principal } from '#api';
import { createGate, type Gate } from '#gate';
import type { Clock, Log } from '#kernel';
import { createPolicy, describePolicies } from '#policy';
import { createHubOrigin, createHuggingfaceApp } from '#protocols/huggingface';
import { createScanner } from '#scan';
import { type DecisionRecord, openStore, type RepositoryRecord, type Store } from '#store';
import { createHubUpstream, type HubUpstream } from '#upstream';
import type { Config } from './config.ts';

/** More parsing processes than this only compete for the same disk and upstream. */
const MAX_DEFAULT_PROCESSES = 4;

/** The wired rooms of one server. */
export interface App extends AsyncDisposable {
  readonly store: Store;
  readonly gate: Gate;
  readonly policies: readonly PolicyDocument[];
  /** By protocol id. */
  createProtocolApps(authenticate: (request: Request) => Promise<Principal>): ReadonlyMap<string, Hono>;
}

/** Opens the store and wires every room from one validated configuration. Closing goes in the opposite order. */
export async function createApp(
  config: Config,
  deps: {
    readonly clock: Clock;
    readonly log: Log;
    readonly publicUrl: string;
    readonly onDecision: (decision: DecisionRecord) => void;
  },
): Promise<App> {
  const { clock, log, publicUrl } = deps;
  await using cleanup = new AsyncDisposableStack();
  const store = cleanup.use(await openStore({ dataDir: config.dataDir, clock, log }));
  const scanner = cleanup.use(
    await createScanner({
      processes: config.scan.processes ?? Math.min(MAX_DEFAULT_PROCESSES, availableParallelism()),
      maxResidentBytes: config.scan.memoryBytes,
      limits: { deadlineMs: config.scan.deadlineMs },
    }),
  );
  const upstreams = cleanup.use(createUpstreams(clock, log));
  const gate = cleanup.use(
    createGate({
      store,
      scanner,
      origins: { huggingface: createHubOrigin(upstreams.for) },
      policies: { balanced: createPolicy('balanced'), observe: createPolicy('observe') },
      clock,
      log,
      publicUrl,
      onDecision: deps.onDecision,
    }),
  );
  const running = cleanup.move();
  return {
    store,
    gate,
    policies: describePolicies(),
    createProtocolApps: (authenticate) =>
      new Map([
        [
          'huggingface',
          createHuggingfaceApp({
            store,
            gate,
            authenticate,
            publicUrl,
            clock,
            log,
            upstreamFor: upstreams.for,
          }),
        ],
      ]),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

interface Upstreams extends AsyncDisposable {
  for(repository: RepositoryRecord): HubUpstream;
}

/** One client per remote repository, so that connections are shared; a changed address or credential gets a new one. */
function createUpstreams(clock: Clock, log: Log): Upstreams {
  const open = new Map<string, { readonly key: string; readonly upstream: HubUpstream & AsyncDisposable }>();
  return {
    for(repository) {
      if (repository.upstreamUrl === undefined) throw new TypeError(`${repository.name} has no upstream`);
      const key = JSON.stringify([repository.upstreamUrl, repository.upstreamToken]);
      const known = open.get(repository.id);
      if (known?.key === key) return known.upstream;
      // Transfers over the old one may still run: it closes when they end.
      known?.upstream[Symbol.asyncDispose]().then(undefined, (error: unknown) => {
        log.warn('cannot close an upstream client', { error });
      });
      const upstream = createHubUpstream({
        baseUrl: repository.upstreamUrl,
        token: repository.upstreamToken,
        clock,
        log,
      });
      open.set(repository.id, { key, upstream });
      return upstream;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...open.values()].map(({ upstream }) => upstream[Symbol.asyncDispose]()));
    },
  };
}
