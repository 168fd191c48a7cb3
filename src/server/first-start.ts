import type { Config } from '#app';
import type { Clock } from '#kernel';
import type { Store } from '#store';
import { createTokenSecret, hashToken } from './authenticate.ts';

/** The repository that stands for the public Hub from the start. */
const HUB_REPOSITORY = 'hub';

export interface FirstStart {
  /** Shown once; undefined when there was an administrator before. */
  readonly adminToken: string | undefined;
}

/** Makes what an empty store needs to be of use. What a person deletes later does not come back. */
export async function prepareFirstStart(
  store: Store,
  config: Config,
  options: { readonly clock: Clock; readonly newAdminToken: boolean },
): Promise<FirstStart> {
  const startedAt = options.clock.now().toISOString();
  const isFirst = (await store.settings.get('first-start')) === undefined;
  if (isFirst) {
    if ((await store.repositories.find(HUB_REPOSITORY)) === undefined) {
      await store.repositories.create({
        name: HUB_REPOSITORY,
        protocol: 'huggingface',
        kind: 'remote',
        upstreamUrl: config.upstream.url,
        upstreamToken: undefined,
        policy: config.upstream.policy,
      });
    }
  }
  const hasToken = (await store.tokens.list()).length > 0;
  const adminToken = !hasToken || options.newAdminToken ? await createAdminToken(store) : undefined;
  // Last, so that a start that was cut off before is made again.
  if (isFirst) await store.settings.init('first-start', startedAt);
  return { adminToken };
}

async function createAdminToken(store: Store): Promise<string> {
  const secret = createTokenSecret();
  await store.tokens.create({
    name: 'admin',
    scopes: [{ repository: '*', action: 'admin' }],
    expiresAt: undefined,
    hash: hashToken(secret),
  });
  return secret;
}
