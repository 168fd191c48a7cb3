import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Clock, Log } from '#kernel';
import type { Metrics } from './metrics.ts';
import { REQUEST_ID_HEADER } from './request-id.ts';

export interface Host extends AsyncDisposable {
  readonly address: AddressInfo;
  /** From now on requests are answered by `app`; until then with 503. */
  mount(app: Hono): void;
}

/** A client that sends its headers slower than this is cut off. */
const HEADERS_TIMEOUT_MS = 15_000;

/** How often the timeout of headers is looked at; Node's own default is longer than the timeout. */
const CHECK_EVERY_MS = 2_000;

/** A connection on which nothing moved, in either direction, for this long is closed. */
const IDLE_TIMEOUT_MS = 120_000;

/** Longer than most clients keep an idle connection, so that they close first and no request meets a closing socket. */
const KEEP_ALIVE_MS = 65_000;

/** Running answers get this long to end when the server stops. */
const STOP_GRACE_MS = 10_000;

const CLIENT_ERRORS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

/**
 * Takes the address before anything is opened, so that a second start fails at once and the port is known. Every
 * request gets an id, is counted and logged; large bodies may take as long as they move.
 *
 * @throws the operating system's error when the address cannot be had
 */
export async function listen(options: {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}): Promise<Host> {
  let answer: Listener = async (_, outgoing) => {
    outgoing.writeHead(503, { 'retry-after': '1', 'content-type': 'text/plain' });
    outgoing.end('starting\n');
  };
  let isStopping = false;
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_EVERY_MS,
      requestTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (incoming, outgoing) => {
      if (isStopping) outgoing.setHeader('connection', 'close');
      observe(incoming, outgoing, options);
      answer(incoming, outgoing).catch((error: unknown) => {
        options.log.error('request failed outside its handler', { error });
        outgoing.destroy();
      });
    },
  );
  server.timeout = IDLE_TIMEOUT_MS;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return;
    const status = CLIENT_ERRORS[error.code ?? ''] ?? '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    address: server.address() as AddressInfo,
    mount(app) {
      answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      await stop(server);
    },
  };
}

function observe(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { clock, log, metrics }: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics },
): void {
  const startedAt = clock.now().getTime();
  const requestId = randomUUID();
  const sentBefore = incoming.socket.bytesWritten;
  outgoing.setHeader(REQUEST_ID_HEADER, requestId);
  metrics.inFlight.inc();
  outgoing.once('close', () => {
    metrics.inFlight.dec();
    const fields = {
      method: incoming.method ?? '',
      door: toDoor(incoming.url ?? '/'),
      status: outgoing.headersSent ? outgoing.statusCode : 499,
      seconds: (clock.now().getTime() - startedAt) / 1000,
      sentBytes: Math.max(0, incoming.socket.bytesWritten - sentBefore),
    };
    metrics.request(fields);
    log.debug('request', {
      ...fields,
      requestId,
      path: (incoming.url ?? '').split('?')[0]?.slice(0, 500),
      isComplete: outgoing.writableFinished,
    });
  });
}

const DOORS = new Set(['huggingface', 'api', 'decisions', 'metrics', 'healthz', 'readyz']);

function toDoor(url: string): string {
  const first = /^\/([a-z]+)/.exec(url)?.[1];
  return first !== undefined && DOORS.has(first) ? first : 'other';
}

/** Lets running answers end, closes what is idle, then what is left. */
async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const hard = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
  server.closeIdleConnections();
  await closed;
  clearInterval(idle);
  clearTimeout(hard);
}
