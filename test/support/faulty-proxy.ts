import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to one request on its way to the hub. `undefined`: it passes. */
export type Fault = (incoming: IncomingMessage) =>
  | undefined
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Nothing is answered, or nothing more after so many bytes of the body. */
  | { readonly kind: 'stall'; readonly afterBytes?: number }
  /** The connection is cut after so many bytes of the body. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** Each byte of the body is changed, its length is not. */
  | { readonly kind: 'corrupt' }
  /** The body ends early, with a content-length that agrees with it. */
  | { readonly kind: 'shorten'; readonly toBytes: number };

export interface FaultyProxy extends AsyncDisposable {
  readonly url: string;
  fault: Fault;
  /** `METHOD path` of every request since the last `forget`. */
  readonly requests: readonly string[];
  forget(): void;
  /** Refuses connections, as a hub that is down does. */
  down(): Promise<void>;
  up(): Promise<void>;
}

/** A proxy in front of a real hub that does to its answers what networks and bad hubs do. */
export async function startFaultyProxy(targetUrl: string): Promise<FaultyProxy> {
  const target = new URL(targetUrl);
  const seen: string[] = [];
  let fault: Fault = () => undefined;
  const server = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    const chosen = fault(incoming);
    if (chosen?.kind === 'status') {
      outgoing.writeHead(chosen.status, chosen.headers).end('{"error":"fault"}');
      return;
    }
    if (chosen?.kind === 'stall' && chosen.afterBytes === undefined) return;
    forward(target, incoming, outgoing, chosen);
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}${target.pathname}`,
    get fault() {
      return fault;
    },
    set fault(next) {
      fault = next;
    },
    requests: seen,
    forget: () => {
      seen.length = 0;
    },
    down: close,
    up: () => listen(port),
    [Symbol.asyncDispose]: close,
  };
}

function forward(
  target: URL,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: Exclude<ReturnType<Fault>, { kind: 'status' }>,
): void {
  const onward = request(
    {
      host: target.hostname,
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers: { ...incoming.headers, host: target.host },
    },
    (answer) => {
      const headers = { ...answer.headers };
      if (fault?.kind === 'shorten') headers['content-length'] = String(fault.toBytes);
      outgoing.writeHead(answer.statusCode ?? 502, headers);
      let sent = 0;
      answer.on('data', (chunk: Buffer) => {
        const limit =
          fault?.kind === 'shorten'
            ? fault.toBytes
            : fault?.kind === 'corrupt'
              ? undefined
              : fault?.afterBytes;
        const room = limit === undefined ? chunk.length : Math.max(0, Math.min(chunk.length, limit - sent));
        const part = fault?.kind === 'corrupt' ? chunk.map((byte) => byte ^ 0xff) : chunk.subarray(0, room);
        sent += part.length;
        if (part.length > 0 && !outgoing.write(part)) {
          answer.pause();
          outgoing.once('drain', () => answer.resume());
        }
        if (fault?.kind === 'reset' && sent >= fault.afterBytes) outgoing.destroy();
      });
      answer.on('end', () => {
        if (fault?.kind !== 'stall') outgoing.end();
      });
      answer.on('error', () => outgoing.destroy());
    },
  );
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}
