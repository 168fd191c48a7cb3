import type { Context } from 'hono';
import type { BodySource } from './body.ts';
import type { HubCall } from './call.ts';
import { HubError } from './hub-error.ts';
import type { HuggingfaceLimits } from './limits.ts';
import { type NodeStreams, readNodeStreams } from './node-streams.ts';

export interface Address {
  readonly repository: string;
  readonly path: string; // after it, percent-encoded, starts with `/`
}

/**
 * The two parts of an address, both from the text that everything else is decided by. What a `..` is left of by the
 * host is refused with the path.
 */
export function splitAddress(url: string): Address {
  const match =
    /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*\/huggingface\/([a-z0-9][a-z0-9._-]{0,63})(\/[^?#]*)?(?:[?#]|$)/i.exec(
      url,
    );
  const [, repository, path = '/'] = match ?? [];
  if (repository === undefined)
    throw new HubError('repository-not-found', 'This address names no repository');
  return { repository, path };
}

export function openRequest(
  c: Context,
  known: Pick<HubCall, 'repository' | 'principal' | 'endpoint'> & { readonly limits: HuggingfaceLimits },
): HubCall {
  const request = c.req.raw;
  const node = readNodeStreams(c);
  const deadline = performance.now() + known.limits.answerMs;
  return {
    method: request.method,
    isHead: request.method === 'HEAD',
    query: new URLSearchParams(/\?([^#]*)/.exec(request.url)?.[1] ?? ''),
    headers: request.headers,
    body: () => openBody(request, node),
    node,
    repository: known.repository,
    principal: known.principal,
    endpoint: known.endpoint,
    signal: watchClient(request, node),
    remainingMs: () => Math.max(0, deadline - performance.now()),
  };
}

function watchClient(request: Request, { outgoing }: NodeStreams): AbortSignal {
  if (outgoing === undefined) return request.signal;
  const controller = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) controller.abort(new Error('the client has gone'));
  });
  return controller.signal;
}

function openBody(request: Request, { incoming }: NodeStreams): BodySource {
  const length = request.headers.get('content-length');
  const declaredBytes = length !== null && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  // An early end must not close the connection that the answer still goes through.
  if (incoming !== undefined) return { chunks: incoming.iterator({ destroyOnReturn: false }), declaredBytes };
  const body = request.body ?? new Blob([]).stream();
  return { chunks: body.values({ preventCancel: true }), declaredBytes };
}
