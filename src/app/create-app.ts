import { availableParallelism } from 'node:os';
import type { Hono } from 'hono';
import type { PolicyDocument, Principal } from '#api';
import { createGate, type Gate } from '#gate';
import type { Clock, Log } from '#kernel';
import { createPolicy, POLICY_NAMES } from '#policy';
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
    createScanner({
      processes: config.scan.processes ?? Math.min(MAX_DEFAULT_PROCESSES, availableParallelism()),
      memoryLimitBytes: config.scan.memoryBytes,
      deadlineMs: config.scan.deadlineMs,
    }),
  );
  const upstreamFor = createUpstreams(clock, log);
  const policies = POLICY_NAMES.map((name) => createPolicy(name));
  const gate = createGate({
    store,
    scanner,
    origins: new Map([['huggingface', createHubOrigin(upstreamFor)]]),
    policies,
    clock,
    log,
    publicUrl,
    onDecision: deps.onDecision,
  });
  const running = cleanup.move();
  return {
    store,
    gate,
    policies: policies.map((policy) => policy.describe()),
    createProtocolApps: (authenticate) =>
      new Map([
        ['huggingface', createHuggingfaceApp({ store, gate, authenticate, publicUrl, clock, log, upstreamFor })],
      ]),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

/** One client per upstream address and credential, so that connections are shared. */
function createUpstreams(clock: Clock, log: Log): (repository: RepositoryRecord) => HubUpstream {
  const open = new Map<string, { readonly key: string; readonly upstream: HubUpstream }>();
  return (repository) => {
    if (repository.upstreamUrl === undefined) throw new TypeError(`${repository.name} has no upstream`);
    const key = `${repository.upstreamUrl}\n${repository.upstreamToken ?? ''}`;
    const known = open.get(repository.id);
    if (known?.key === key) return known.upstream;
    const upstream = createHubUpstream({
      baseUrl: repository.upstreamUrl,
      token: repository.upstreamToken,
      clock,
      log,
    });
    open.set(repository.id, { key, upstream });
    return upstream;
  };
}
