import { setTimeout } from 'node:timers/promises';
import { type ByteSource, BytesError, createHttpSource } from '#bytes';
import { quote } from '#kernel';
import { type Expansion, TargetError } from './scan-target.ts';
import { spool } from './spool.ts';

const HEADERS_TIMEOUT_MS = 30_000;
const ATTEMPTS = 3;
const RETRY_DELAY_MS = 400;
/** Bytes of one file that a scan may fetch; numbers are not read, so that honest files need far less. */
const MAX_FETCHED_BYTES = 4 * 1024 ** 3;

/** What a server says of a file; every answer has to say the same. */
interface RemoteFile {
  readonly url: string;
  readonly sizeBytes: number;
  readonly etag: string | null;
}

/** A file behind an address: read by ranges, or fetched whole where the server has none. */
export function expandHttp(word: string): Expansion {
  if (!URL.canParse(word)) throw new TargetError('invalid', `not an address: ${quote(word)}`);
  const url = new URL(word);
  if (url.username !== '' || url.password !== '') {
    throw new TargetError('invalid', 'an address with a password would show it in the report');
  }
  // What follows the question mark is often a signature, and never the name of a file.
  const path = `${url.origin}${url.pathname}`;
  return {
    targets: [{ path, open: (signal) => openUrl(url.href, signal) }],
    missed: [],
    notes: [],
    resources: [],
  };
}

async function openUrl(url: string, signal: AbortSignal): Promise<ByteSource & Partial<AsyncDisposable>> {
  const answer = await request(url, 'bytes=0-0', signal);
  const sizeBytes = rangeTotal(answer);
  if (sizeBytes === undefined && answer.status === 200)
    return spool(bodyOf(answer), signal, MAX_FETCHED_BYTES);
  await answer.body?.cancel();
  if (sizeBytes === undefined) throw new BytesError('unreadable', `${quote(url)} answered ${answer.status}`);
  const file = { url, sizeBytes, etag: answer.headers.get('etag') };
  return createHttpSource({
    sizeBytes,
    signal,
    budget: { maxBytes: MAX_FETCHED_BYTES },
    fetchRange: (start, end) => fetchRange(file, start, end, signal),
  });
}

async function fetchRange(
  file: RemoteFile,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetchRangeOnce(file, start, end, signal);
    } catch (error) {
      if (!(error instanceof PassingError) || attempt === ATTEMPTS) throw error;
      await setTimeout(RETRY_DELAY_MS * attempt, undefined, { signal });
    }
  }
}

async function fetchRangeOnce(
  file: RemoteFile,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const answer = await request(file.url, `bytes=${start}-${end - 1}`, signal);
  if (answer.status !== 206) {
    await answer.body?.cancel();
    const message = `${quote(file.url)} answered a range with ${answer.status}`;
    throw answer.status === 429 || answer.status >= 500
      ? new PassingError(message)
      : new BytesError('unreadable', message);
  }
  if (rangeTotal(answer) !== file.sizeBytes || answer.headers.get('etag') !== file.etag) {
    await answer.body?.cancel();
    throw new BytesError('changed', `${quote(file.url)} changed while it was read`, { offset: start });
  }
  return readBody(answer, end - start);
}

async function readBody(answer: Response, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  try {
    for await (const chunk of bodyOf(answer)) {
      if (done + chunk.length > length)
        throw new BytesError('unreadable', 'the answer is longer than the range');
      bytes.set(chunk, done);
      done += chunk.length;
    }
  } catch (cause) {
    if (cause instanceof BytesError) throw cause;
    throw new PassingError(`the answer broke off after ${done} of ${length} bytes`, cause);
  }
  if (done < length) throw new PassingError(`the answer ends after ${done} of ${length} bytes`);
  return bytes;
}

async function* bodyOf(answer: Response): AsyncIterable<Uint8Array> {
  if (answer.body !== null) yield* answer.body;
}

/** A stalled server is given up; a body that flows may take as long as it does. */
async function request(url: string, range: string, signal: AbortSignal): Promise<Response> {
  const stalled = new AbortController();
  const timer = globalThis.setTimeout(() => stalled.abort(), HEADERS_TIMEOUT_MS);
  try {
    return await fetch(url, {
      headers: { range, 'accept-encoding': 'identity' },
      signal: AbortSignal.any([signal, stalled.signal]),
    });
  } catch (cause) {
    throw new PassingError(`${quote(url)} cannot be reached${codeOf(cause)}`, cause);
  } finally {
    clearTimeout(timer);
  }
}

/** What `fetch` says is only "fetch failed"; its cause has the code. */
function codeOf(failure: unknown): string {
  const inner = failure instanceof Error ? failure.cause : undefined;
  return inner instanceof Error && 'code' in inner ? `: ${String(inner.code)}` : '';
}

/** A failure that may be gone when it is tried again. */
class PassingError extends BytesError {
  constructor(message: string, cause?: unknown) {
    super('unreadable', message, { cause });
  }
}

/** Size of the whole file, when the answer is a part of it. */
function rangeTotal(answer: Response): number | undefined {
  const contentRange = answer.headers.get('content-range') ?? '';
  if (answer.status === 416 && contentRange === 'bytes */0') return 0;
  if (answer.status !== 206) return undefined;
  const total = Number(/^bytes \d+-\d+\/(\d+)$/.exec(contentRange)?.[1]);
  return Number.isSafeInteger(total) ? total : undefined;
}
