import type { PolicyDocument } from '#api';
import { isAllowed, type Principal } from '#api';
import type { Clock } from '#kernel';
import { type PackageRecord, type RepositoryRecord, type Store, StoreError } from '#store';
import { createTokenSecret, hashToken } from '../authenticate.ts';
import { ServerError } from '../server-error.ts';
import type { Handlers } from './mount-api.ts';
import { toDecision, toPackage, toRepository, toToken, toVersion } from './views.ts';

export interface HandlerDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly policies: readonly PolicyDocument[];
}

const DAY_MS = 86_400_000;

/** What each operation of the route table does. */
export function createHandlers({ store, clock, policies }: HandlerDeps): Handlers {
  return {
    whoami: async ({ principal }) => ({
      name: principal.name,
      kind: principal.kind,
      scopes: [...principal.scopes],
    }),

    listRepositories: async ({ principal }) => {
      const all = await store.repositories.list();
      return { items: all.filter((record) => isAllowed(principal, record.name, 'read')).map(toRepository) };
    },
    createRepository: async ({ body }) =>
      toRepository(
        await store.repositories.create({
          name: body.name,
          protocol: body.protocol,
          kind: body.kind,
          upstreamUrl: body.upstreamUrl?.replace(/\/+$/, ''),
          upstreamToken: body.upstreamToken,
          policy: body.policy,
        }),
      ),
    getRepository: async ({ params }) => toRepository(await getRepository(store, params)),
    updateRepository: async ({ params, body }) => {
      const record = await getRepository(store, params);
      if (
        record.kind === 'local' &&
        (body.upstreamUrl !== undefined || typeof body.upstreamToken === 'string')
      ) {
        throw new ServerError('conflict', `${record.name} is local: it has no upstream`);
      }
      return toRepository(
        await store.repositories.update(record.name, {
          ...(body.policy === undefined ? {} : { policy: body.policy }),
          ...(body.upstreamUrl === undefined ? {} : { upstreamUrl: body.upstreamUrl.replace(/\/+$/, '') }),
          ...(body.upstreamToken === undefined ? {} : { upstreamToken: body.upstreamToken ?? undefined }),
        }),
      );
    },
    deleteRepository: async ({ params }) => {
      await store.repositories.delete(required(params, 'repository'));
      return undefined;
    },

    listPackages: async ({ params, query, principal }) => {
      const repository = await getRepository(store, params);
      const page = await store.packages.list(
        {
          repositoryId: repository.id,
          ...(query.type === undefined ? {} : { type: query.type }),
          ...(query.search === undefined ? {} : { search: query.search }),
        },
        toPage(query),
      );
      const visible = page.items.filter((record) => maySee(principal, repository, record));
      return withNext(
        visible.map((record) => toPackage(repository.name, record)),
        page.next,
      );
    },
    getPackage: async ({ params, principal }) => {
      const { repository, record } = await getPackage(store, params, principal);
      return toPackage(repository.name, record);
    },
    listVersions: async ({ params, query, principal }) => {
      const { record } = await getPackage(store, params, principal);
      const page = await store.versions.list(record.id, toPage(query));
      const items = await Promise.all(
        page.items.map(async (version) => toVersion(version, await store.decisions.current(version.id))),
      );
      return withNext(items, page.next);
    },
    deletePackage: async ({ params, principal }) => {
      const { record } = await getPackage(store, params, principal);
      await store.packages.delete(record.id);
      return undefined;
    },

    listDecisions: async ({ query }) => {
      const page = await store.decisions.list(
        {
          ...(query.repository === undefined ? {} : { repository: query.repository }),
          ...(query.package === undefined ? {} : { packageName: query.package }),
          ...(query.effect === undefined ? {} : { effect: query.effect }),
          ...(query.state === undefined ? {} : { state: query.state }),
        },
        toPage(query),
      );
      return withNext(page.items.map(toDecision), page.next);
    },
    getDecision: async ({ params }) => toDecision(await getDecision(store, params)),
    getDecisionReport: async ({ params }) => {
      const decision = await getDecision(store, params);
      const report = await store.reports.get(decision.reportDigest);
      return structuredClone(report) as Awaited<ReturnType<Handlers['getDecisionReport']>>;
    },
    settleDecision: async ({ params, body, principal }) => {
      const decision = await getDecision(store, params);
      return toDecision(
        await store.decisions.settle(decision.id, {
          state: body.state,
          by: principal.name,
          reason: body.reason,
          at: clock.now(),
        }),
      );
    },

    listPolicies: async () => ({ items: [...policies] }),

    listTokens: async () => ({ items: (await store.tokens.list()).map(toToken) }),
    createToken: async ({ body }) => {
      for (const scope of body.scopes) {
        if (scope.repository !== '*' && (await store.repositories.find(scope.repository)) === undefined) {
          throw new ServerError('not-found', `no repository ${scope.repository} to scope a token to`);
        }
      }
      const secret = createTokenSecret();
      const expiresAt =
        body.expiresInDays === undefined
          ? undefined
          : new Date(clock.now().getTime() + body.expiresInDays * DAY_MS);
      const record = await store.tokens.create({
        name: body.name,
        scopes: body.scopes,
        expiresAt,
        hash: hashToken(secret),
      });
      return { token: toToken(record), secret };
    },
    revokeToken: async ({ params }) => {
      await store.tokens.revoke(required(params, 'id'), clock.now());
      return undefined;
    },
  };
}

type Params = Readonly<Record<string, string>>;

function required(params: Params, name: string): string {
  const value = params[name];
  if (value === undefined) throw new TypeError(`the route has no parameter ${name}`);
  return value;
}

async function getRepository(store: Store, params: Params): Promise<RepositoryRecord> {
  const name = required(params, 'repository');
  const record = await store.repositories.find(name);
  if (record === undefined) throw new StoreError('not-found', 'no such repository');
  return record;
}

/** A private package looks absent to those who may only read as anybody may. */
function maySee(principal: Principal, repository: RepositoryRecord, record: PackageRecord): boolean {
  return !record.isPrivate || (principal.kind === 'token' && isAllowed(principal, repository.name, 'read'));
}

async function getPackage(store: Store, params: Params, principal: Principal) {
  const repository = await getRepository(store, params);
  const record = await store.packages.find(repository.id, required(params, 'type'), required(params, 'name'));
  if (record === undefined || !maySee(principal, repository, record)) {
    throw new StoreError('not-found', 'no such package');
  }
  return { repository, record };
}

async function getDecision(store: Store, params: Params) {
  const record = await store.decisions.find(required(params, 'id'));
  if (record === undefined) throw new StoreError('not-found', 'no such decision');
  return record;
}

function toPage(query: { readonly limit: number; readonly after?: string | undefined }) {
  return query.after === undefined ? { limit: query.limit } : { limit: query.limit, after: query.after };
}

function withNext<T>(items: T[], next: string | undefined): { items: T[]; next?: string } {
  return next === undefined ? { items } : { items, next };
}
