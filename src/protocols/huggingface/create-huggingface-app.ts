import { Hono } from 'hono';
import type { Principal } from '#api';
import { parseHubRevision } from '#ecosystems';
import type { Gate } from '#gate';
import type { Clock, Log } from '#kernel';
import type { RepositoryRecord, Store } from '#store';
import type { HubUpstream } from '#upstream';
import { json, text } from './answer.ts';
import type { HubCall, HubDeps } from './call.ts';
import { answerCommit } from './commit.ts';
import { answerCommits } from './commits.ts';
import { isAuthenticationFailure, renderError } from './error-answer.ts';
import { answerFile } from './file.ts';
import { toTopic } from './header-text.ts';
import { HubError } from './hub-error.ts';
import { createKnownObjects } from './known-objects.ts';
import { answerLfsBatch } from './lfs-batch.ts';
import { answerLfsObject } from './lfs-object.ts';
import { HUGGINGFACE_LIMITS, type HuggingfaceLimits } from './limits.ts';
import { answerList } from './list.ts';
import { readNodeStreams } from './node-streams.ts';
import { openRequest, splitAddress } from './open-request.ts';
import { answerPreupload, answerValidateYaml } from './preupload.ts';
import { answerBranch, answerRefs, answerTag } from './refs.ts';
import { requestIdOf } from './refusal.ts';
import { answerInfo } from './repo-info.ts';
import { answerAuthCheck, answerCreate, answerDelete, answerMove, answerSettings } from './repos.ts';
import { type HubRoute, parseHubRoute } from './route.ts';
import { createHrefSigner } from './signed-href.ts';
import { answerPathsInfo, answerTree } from './tree.ts';
import { VersionFileLookup, VersionTrees } from './version-files.ts';
import { answerWhoami } from './whoami.ts';
import { redirectXet, refuseXet } from './xet.ts';

export interface HuggingfaceAppDeps {
  readonly store: Store;
  readonly gate: Gate;
  /** Who asks. Throws an error of code `unauthorized` for a credential that is none. */
  readonly authenticate: (request: Request) => Promise<Principal>;
  readonly publicUrl: string; // without a final `/`
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<HuggingfaceLimits>;
  readonly upstreamFor: (repository: RepositoryRecord) => HubUpstream;
}

/** The Hub protocol, to be mounted at `/huggingface/:repository`. */
export function createHuggingfaceApp(appDeps: HuggingfaceAppDeps): Hono {
  const { store, clock, log } = appDeps;
  const deps: HubDeps = {
    ...appDeps,
    limits: { ...HUGGINGFACE_LIMITS, ...appDeps.limits },
    hrefs: createHrefSigner({ settings: store.settings, clock }),
    files: new VersionFileLookup(store),
  };
  const answer = createAnswer(deps);
  const app = new Hono();

  app.all('*', async (c) => {
    const address = splitAddress(c.req.raw.url);
    const route = parseHubRoute(address.path);
    const endpoint = `${appDeps.publicUrl.replace(/\/+$/, '')}/huggingface/${address.repository}`;
    // Asked along the way by every client: no question to the database.
    if (route.kind === 'telemetry') return json({});
    if (route.kind === 'agent-harnesses') return json({ standardEnvVars: [], harnesses: {} });
    if (route.kind === 'xet-refused') return refuseXet(readNodeStreams(c));
    const repository = await store.repositories.find(address.repository);
    if (repository?.protocol !== 'huggingface') {
      throw new HubError('repository-not-found', 'This server has no such repository. Check HF_ENDPOINT.');
    }
    const principal = await identify(appDeps, c.req.raw);
    return answer(openRequest(c, { repository, principal, endpoint, limits: deps.limits }), route);
  });

  app.onError((error, c) => {
    const node = readNodeStreams(c);
    const { response, isOurFault } = renderError(error, {
      isHead: c.req.raw.method === 'HEAD',
      topic: `error-${toTopic(c.req.param('repository') ?? '')}`,
      requestId: requestIdOf({ node }),
    });
    if (isOurFault) log.error('request failed', { error, path: c.req.path.slice(0, 500) });
    return response;
  });
  return app;
}

async function identify(deps: HuggingfaceAppDeps, request: Request): Promise<Principal> {
  try {
    return await deps.authenticate(request);
  } catch (error) {
    if (isAuthenticationFailure(error))
      throw new HubError('bad-credentials', error.message, { cause: error });
    throw error;
  }
}

const METHODS: Readonly<Partial<Record<HubRoute['kind'], readonly string[]>>> = {
  'validate-yaml': ['POST'],
  create: ['POST'],
  delete: ['DELETE'],
  move: ['POST'],
  'paths-info': ['POST'],
  commit: ['POST'],
  preupload: ['POST'],
  branch: ['POST', 'DELETE'],
  tag: ['POST', 'DELETE'],
  settings: ['PUT'],
  'lfs-batch': ['POST'],
  'lfs-locks': ['GET', 'POST'],
  'lfs-object': ['GET', 'HEAD', 'PUT', 'POST'],
  git: ['GET', 'HEAD', 'POST'],
};

function createAnswer(deps: HubDeps): (call: HubCall, route: HubRoute) => Promise<Response> {
  const trees = new VersionTrees(deps.store);
  const objects = createKnownObjects(deps.store);
  return async (call, route) => {
    const methods = METHODS[route.kind] ?? ['GET', 'HEAD'];
    if (route.kind !== 'unsupported' && !methods.includes(call.method)) {
      throw new HubError('method-not-allowed', `expected ${methods.join(' or ')} here`);
    }
    switch (route.kind) {
      case 'home':
        return text(`A Hub for clients. Set HF_ENDPOINT=${call.endpoint}\n`);
      case 'whoami':
        return answerWhoami(call);
      case 'validate-yaml':
        return answerValidateYaml(deps, call);
      case 'create':
        return answerCreate(deps, objects, call);
      case 'delete':
        return answerDelete(deps, call);
      case 'move':
        return answerMove(deps, call);
      case 'list':
        return answerList(deps, call, route.type);
      case 'info':
        return answerInfo(deps, trees, call, route.repo, route.revision ?? parseHubRevision('main'));
      case 'tree':
        return answerTree(deps, trees, call, route);
      case 'paths-info':
        return answerPathsInfo(deps, trees, call, route);
      case 'refs':
        return answerRefs(deps, call, route.repo);
      case 'commits':
        return answerCommits(deps, call, route.repo, route.revision);
      case 'auth-check':
        return answerAuthCheck(deps, call, route.repo, route.isWrite);
      case 'settings':
        return answerSettings(deps, call, route.repo);
      case 'branch':
        return answerBranch(deps, call, route.repo, route.name, parseHubRevision);
      case 'tag':
        return answerTag(deps, call, route.repo, route.name, parseHubRevision);
      case 'preupload':
        return answerPreupload(deps, call, route.repo, route.revision);
      case 'commit':
        return answerCommit(deps, objects, call, route.repo, route.revision);
      case 'file':
        return answerFile(deps, call, route);
      case 'lfs-batch':
        return answerLfsBatch(deps, objects, call, route.repo);
      case 'lfs-object':
        return answerLfsObject(deps, objects, call, route.token);
      case 'xet-token':
        return redirectXet(call.endpoint);
      case 'lfs-locks':
        throw new HubError('unsupported', 'Git LFS locks are not kept here');
      case 'git':
        // Git prints a plain text.
        return text('Git is not served at this address. Use the Hub clients.\n', 501);
      case 'unsupported':
        throw new HubError('unsupported', `Not offered by this server: ${route.what}`);
      case 'telemetry':
      case 'agent-harnesses':
      case 'xet-refused':
        return json({});
    }
  };
}
