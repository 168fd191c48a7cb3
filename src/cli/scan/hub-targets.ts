import { EcosystemError, type HubRepo, parseHubPath, parseHubRepoId, parseHubRevision } from '#ecosystems';
import type { FileReport } from '#findings';
import { type LogFields, quote, silentLog, systemClock } from '#kernel';
import { createHubUpstream, type HubUpstream, UpstreamError } from '#upstream';
import type { Io } from '../io.ts';
import { createMissedReport, type Expansion, TargetError } from './scan-target.ts';

const PUBLIC_HUB = 'https://huggingface.co';

interface HubAddress {
  readonly repo: HubRepo;
  readonly revision: string;
  readonly path: string | undefined; // of a file or folder in it
}

/**
 * The files of a model or dataset on a Hub (`HF_ENDPOINT`, else the public one), read by ranges. `HF_TOKEN` goes to
 * that host alone.
 *
 * @throws {TargetError}
 */
export async function expandHub(word: string, io: Io): Promise<Expansion> {
  const address = parseHubAddress(word);
  const warnings: LogFields[] = [];
  const upstream = createHubUpstream({
    baseUrl: endpointOf(io),
    token: io.env.HF_TOKEN,
    clock: systemClock,
    log: { ...silentLog, warn: (message, fields) => warnings.push({ ...fields, message }) },
  });
  try {
    const found = await listFiles(upstream, address, io.signal);
    return { ...found, missed: warnings.flatMap((warning) => toMissed(word, warning)) };
  } catch (error) {
    await upstream[Symbol.asyncDispose]();
    if (error instanceof UpstreamError) throw toTargetError(error, word);
    throw error;
  }
}

/** `hf://[datasets/|spaces/|models/][namespace/]name[@revision][/path]`; a `/` in the revision only in `refs/…/…`. */
export function parseHubAddress(word: string): HubAddress {
  const typed = /^hf:\/\/(?:(model|dataset|space)s\/)?(.*)$/su.exec(word);
  const rest = typed?.[2] ?? '';
  const pattern = /^([^/@]+(?:\/[^/@]+)?)(?:@(refs\/[^/]+\/[^/]+|[^/]+))?(?:\/(.*))?$/su;
  const found = pattern.exec(rest);
  if (found === null) {
    throw new TargetError('invalid', `expected hf://namespace/name[@revision][/path], found ${quote(word)}`);
  }
  const [, id = '', revision = 'main', path] = found;
  const type = typed?.[1];
  try {
    return {
      repo: { type: type === 'dataset' || type === 'space' ? type : 'model', id: parseHubRepoId(id) },
      revision: parseHubRevision(decodeRevision(revision)),
      path: path === undefined || path === '' ? undefined : parseHubPath(path.replace(/\/$/, '')),
    };
  } catch (error) {
    if (error instanceof EcosystemError) throw new TargetError('invalid', error.message, { cause: error });
    throw error;
  }
}

function decodeRevision(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new TargetError('invalid', `malformed revision ${quote(text)}`, { cause });
  }
}

async function listFiles(
  upstream: HubUpstream & AsyncDisposable,
  address: HubAddress,
  signal: AbortSignal,
): Promise<Expansion> {
  const { repo, revision, path } = address;
  const { commit } = await upstream.info(repo, revision, signal);
  const all = await upstream.tree(repo, commit, signal);
  const files = all.filter(
    (file) => path === undefined || file.path === path || file.path.startsWith(`${path}/`),
  );
  if (files.length === 0 && path !== undefined) {
    throw new TargetError('not-found', `${repo.id} has no ${quote(path)} at ${revision}`);
  }
  const prefix = `hf://${repo.type === 'model' ? '' : `${repo.type}s/`}${repo.id}@${commit}`;
  return {
    targets: [...files]
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map((file) => ({
        path: `${prefix}/${file.path}`,
        open: (cancel: AbortSignal) => upstream.open(repo, commit, file, cancel),
      })),
    missed: [],
    notes: files.length === 0 ? [`${repo.id} has no files`] : [],
    resources: [upstream],
  };
}

/** Files that the client leaves out of a listing are told, or the rest would seem to be all. */
function toMissed(word: string, { path, message }: LogFields): readonly FileReport[] {
  return typeof path === 'string' ? [createMissedReport(`${word}/${path}`, String(message))] : [];
}

function endpointOf(io: Io): string {
  const endpoint = io.env.HF_ENDPOINT;
  if (endpoint === undefined || endpoint === '') return PUBLIC_HUB;
  if (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)) return endpoint;
  throw new TargetError('invalid', 'HF_ENDPOINT: expected an http or https address');
}

function toTargetError(error: UpstreamError, word: string): TargetError {
  const isMissing = /not-found$/.test(error.code) || error.code === 'unauthorized';
  const hint = error.code === 'unauthorized' ? '; set HF_TOKEN if it is private or gated' : '';
  return new TargetError(isMissing ? 'not-found' : 'unavailable', `${quote(word)}: ${error.message}${hint}`, {
    cause: error,
  });
}
