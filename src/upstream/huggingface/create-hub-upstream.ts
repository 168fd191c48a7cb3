import type { HubRepo } from '#ecosystems';
import type { Clock, Log } from '#kernel';
import { type ResolveHost, resolveHost } from '../http/address-guard.ts';
import { createHubTransport, type TransportLimits } from '../http/hub-transport.ts';
import { UpstreamError } from '../upstream-error.ts';
import { parseCommits, parseInfo, parseList, parseRefs, parseTreePage } from './hub-answers.ts';
import { createHubClient, type HubClientLimits } from './hub-client.ts';
import { downloadHubFile } from './hub-download.ts';
import { openHubFile } from './hub-ranges.ts';
import type { HubCommit, HubFile, HubUpstream } from './hub-upstream.ts';

export interface HubUpstreamLimits extends TransportLimits, HubClientLimits {
  readonly maxFiles: number; // of one version
}

export const HUB_UPSTREAM_LIMITS: HubUpstreamLimits = {
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 20_000,
  bodyTimeoutMs: 20_000,
  connections: 64,
  deadlineMs: 60_000,
  attempts: 5,
  backoffMs: 300,
  maxBackoffMs: 8_000,
  maxRetryAfterMs: 10_000,
  maxJsonBytes: 8 * 1024 * 1024,
  maxFiles: 200_000, // twice what the Hub recommends for one repository
};

export interface HubUpstreamOptions {
  /** `https://huggingface.co`, or another Hub; a path prefix is kept. */
  readonly baseUrl: string;
  /** Given to this origin alone. */
  readonly token?: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<HubUpstreamLimits>;
  readonly resolve?: ResolveHost;
}

/** The client of a Hub: see {@link HubUpstream}. Close it to let its connections go. */
export function createHubUpstream(options: HubUpstreamOptions): HubUpstream & AsyncDisposable {
  const { clock, log } = options;
  const limits = { ...HUB_UPSTREAM_LIMITS, ...options.limits };
  const baseUrl = new URL(options.baseUrl);
  const transport = createHubTransport({
    baseUrl,
    token: options.token,
    limits,
    resolve: options.resolve ?? resolveHost,
  });
  const client = createHubClient({ baseUrl, transport, limits, clock, log });
  const api = (repo: HubRepo, rest: string) => `/api/${repo.type}s/${repo.id}${rest}`;

  return {
    async info(repo, revision, signal) {
      const path = api(repo, `/revision/${encodeURIComponent(revision)}`);
      const { json } = await client.getJson(path, '', 'not-found', signal);
      return parseInfo(json);
    },

    async tree(repo, commit, signal) {
      const files = new Map<string, HubFile>();
      let query: string | undefined = 'recursive=true&expand=false';
      while (query !== undefined) {
        const page = await client.getJson(api(repo, `/tree/${commit}`), query, 'revision-not-found', signal);
        const before = files.size;
        for (const file of parseTreePage(page.json, log)) {
          if (files.has(file.path))
            throw new UpstreamError('invalid-answer', 'the upstream lists a path twice');
          files.set(file.path, file);
        }
        if (files.size > limits.maxFiles) {
          throw new UpstreamError('invalid-answer', `the upstream lists more than ${limits.maxFiles} files`);
        }
        const isStuck = page.next === query || (page.next !== undefined && isEmpty(page.json));
        if (isStuck)
          throw new UpstreamError('invalid-answer', `the upstream's pages do not end (${before} files)`);
        query = page.next;
      }
      return [...files.values()];
    },

    async refs(repo, signal) {
      const { json } = await client.getJson(api(repo, '/refs'), 'include_prs=1', 'not-found', signal);
      return parseRefs(json);
    },

    async commits(repo, revision, limit, signal) {
      const commits: HubCommit[] = [];
      let query: string | undefined = `limit=${Math.min(limit, 1000)}`;
      while (query !== undefined && commits.length < limit) {
        const path = api(repo, `/commits/${encodeURIComponent(revision)}`);
        const page = await client.getJson(path, query, 'revision-not-found', signal);
        commits.push(...parseCommits(page.json));
        query = page.next === query || isEmpty(page.json) ? undefined : page.next;
      }
      return commits.slice(0, limit);
    },

    async list(type, query, signal) {
      const { json, next } = await client.getJson(
        `/api/${type}s`,
        query.toString(),
        'invalid-answer',
        signal,
      );
      return { items: parseList(json), next };
    },

    open: async (repo, commit, file, signal) => openHubFile(client, repo, commit, file, signal),
    download: (repo, commit, file, startOffset, signal) =>
      downloadHubFile(client, repo, commit, file, startOffset, signal),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

function isEmpty(json: unknown): boolean {
  return Array.isArray(json) && json.length === 0;
}
