import { Agent, request } from 'undici';
import { quote } from '#kernel';
import { UpstreamError } from '../upstream-error.ts';
import { createAddressGuard, type ResolveHost } from './address-guard.ts';
import { type HeaderMap, readHeader } from './headers.ts';

export interface TransportLimits {
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number; // between two pieces of a body
  readonly connections: number; // per origin
}

export interface HubAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly url: URL; // that answered, after redirects
  /** Entity tag that the upstream itself gave while it redirected to where the bytes lie. */
  readonly linkedEtag: string | undefined;
  readonly body: AsyncIterable<Uint8Array> & {
    dump(options: { limit: number }): Promise<void>;
    destroy(): void;
  };
}

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether an answer may come from another origin than the configured one. */
  readonly mayLeaveOrigin: boolean;
  readonly signal: AbortSignal;
}

/** GET requests to one configured origin, and to where it redirects. */
export interface HubTransport extends AsyncDisposable {
  /** @throws {UpstreamError} `unavailable`, `invalid-answer`, `forbidden-address`; the signal's reason when aborted */
  get(url: URL, options: GetOptions): Promise<HubAnswer>;
}

const MAX_REDIRECTS = 5;

/** What is read of a redirect's body so that its connection can be used again. */
const DUMP_BYTES = 64 * 1024;

export function createHubTransport(options: {
  readonly baseUrl: URL;
  readonly token: string | undefined;
  readonly limits: TransportLimits;
  readonly resolve: ResolveHost;
}): HubTransport {
  const { baseUrl, token, limits } = options;
  const guard = createAddressGuard(baseUrl.hostname, options.resolve);
  const common = {
    allowH2: false,
    connections: limits.connections,
    headersTimeout: limits.headersTimeoutMs,
    bodyTimeout: limits.bodyTimeoutMs,
  };
  // The configured origin is trusted by configuration; every other is checked as it is connected to.
  const origin = new Agent({ ...common, connect: { timeout: limits.connectTimeoutMs } });
  const elsewhere = new Agent({
    ...common,
    connect: { timeout: limits.connectTimeoutMs, lookup: guard.lookup },
  });

  async function getOnce(url: URL, { headers, signal }: GetOptions): Promise<HubAnswer> {
    const isOrigin = url.origin === baseUrl.origin;
    if (!isOrigin) await guard.checkLiteral(url.hostname);
    try {
      const answer = await request(url, {
        method: 'GET',
        dispatcher: isOrigin ? origin : elsewhere,
        headers: {
          'user-agent': 'sallyport',
          'accept-encoding': 'identity',
          ...(isOrigin && token !== undefined ? { authorization: `Bearer ${token}` } : {}),
          ...headers,
        },
        signal,
      });
      // A body that is let go of fails once more, with nobody left to hear it. Readers get the error themselves.
      answer.body.on('error', () => undefined);
      return {
        status: answer.statusCode,
        headers: answer.headers,
        url,
        linkedEtag: undefined,
        body: answer.body,
      };
    } catch (error) {
      throw toUpstreamError(error, url, signal);
    }
  }

  return {
    async get(start, getOptions) {
      let url = start;
      let linkedEtag: string | undefined;
      for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
        const answer = await getOnce(url, getOptions);
        if (url.origin === baseUrl.origin) linkedEtag ??= readHeader(answer.headers, 'x-linked-etag');
        if (![301, 302, 303, 307, 308].includes(answer.status)) return { ...answer, linkedEtag };
        await answer.body.dump({ limit: DUMP_BYTES }).catch(() => answer.body.destroy());
        url = readLocation(answer, baseUrl, getOptions.mayLeaveOrigin);
      }
      throw new UpstreamError('invalid-answer', `more than ${MAX_REDIRECTS} redirects from ${start.host}`);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([origin.destroy(), elsewhere.destroy()]);
    },
  };
}

function readLocation(answer: HubAnswer, baseUrl: URL, mayLeaveOrigin: boolean): URL {
  const location = readHeader(answer.headers, 'location') ?? '';
  const url = URL.parse(location, answer.url.href);
  if (location === '' || url === null || url.username !== '' || url.password !== '') {
    throw new UpstreamError('invalid-answer', `redirect from ${answer.url.host} to ${quote(location)}`);
  }
  const isSecureEnough =
    url.protocol === 'https:' || (url.protocol === 'http:' && baseUrl.protocol === 'http:');
  if (!isSecureEnough) {
    throw new UpstreamError(
      'forbidden-address',
      `the upstream redirects from ${answer.url.protocol} to ${quote(url.protocol)}`,
    );
  }
  if (!mayLeaveOrigin && url.origin !== baseUrl.origin) {
    // What names the bytes must come from where the administrator said.
    throw new UpstreamError('forbidden-address', `the upstream redirects its API to ${quote(url.host)}`);
  }
  return url;
}

/** Of the system, of TLS, of the HTTP client. Other codes are our own mistakes. */
const NETWORK_FAILURE =
  /^(?:E[A-Z0-9]+$|UND_ERR_(?!INVALID)|ERR_(?:TLS|SSL|STREAM)|CERT_|UNABLE_|DEPTH_|SELF_SIGNED)/;

/** Where a request failed before or while its answer was read. Gives back the caller's own reason for an abort. */
export function toUpstreamError(error: unknown, url: URL, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof UpstreamError) return error;
  if (!(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // Node collects the failures of all addresses it tried.
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  for (const one of inner) if (one instanceof UpstreamError) return one;
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new UpstreamError('invalid-answer', `${url.host} does not answer in HTTP`, { cause: error });
  }
  if (!NETWORK_FAILURE.test(code) && !(error instanceof AggregateError)) return error;
  return new UpstreamError('unavailable', `${url.host} ${describe(code)}`, { cause: error });
}

function describe(code: string): string {
  switch (code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
      return 'did not accept a connection in time';
    case 'UND_ERR_HEADERS_TIMEOUT':
      return 'did not answer in time';
    case 'UND_ERR_BODY_TIMEOUT':
      return 'stopped sending';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'has no address';
    default:
      return `broke the connection (${code === '' ? 'all addresses' : code})`;
  }
}
