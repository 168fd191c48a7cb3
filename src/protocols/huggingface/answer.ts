import type { NodeStreams } from './node-streams.ts';

export type AnswerHeaders = Readonly<Record<string, string>>;

export function json(value: unknown, status = 200, headers: AnswerHeaders = {}): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}

/** An error. The JavaScript client parses a body that says it is JSON, also of a HEAD, which has none. */
export function errorJson(isHead: boolean, value: unknown, status: number, headers: AnswerHeaders): Response {
  return json(value, status, isHead ? { ...headers, 'content-type': 'text/plain; charset=utf-8' } : headers);
}

export function text(value: string, status = 200, headers: AnswerHeaders = {}): Response {
  return new Response(value, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}

/** Some clients print nothing but the status line. HTTP/1.1 only; elsewhere it is lost. */
export function setReasonPhrase(node: NodeStreams, phrase: string): void {
  if (node.outgoing !== undefined) node.outgoing.statusMessage = phrase;
}

/** The page after the one answered, at the public address. */
export function nextLink(endpoint: string, path: string, query: URLSearchParams): AnswerHeaders {
  return { link: `<${endpoint}${path}?${query.toString()}>; rel="next"` };
}
