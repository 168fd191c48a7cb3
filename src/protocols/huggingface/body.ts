import { HubError } from './hub-error.ts';

export interface BodySource {
  /** Pieces of the body; an early end leaves the connection open for the answer. */
  readonly chunks: AsyncIterator<Uint8Array>;
  readonly declaredBytes: number | undefined;
}

/**
 * The pieces of a body, bounded in length and in the time between two of them.
 *
 * @throws {HubError} `too-large`, `too-slow`
 */
export async function* readChunks(
  source: BodySource,
  limits: { readonly maxBytes: number; readonly idleMs: number; readonly totalMs?: number },
): AsyncGenerator<Uint8Array> {
  if (source.declaredBytes !== undefined && source.declaredBytes > limits.maxBytes)
    throw tooLarge(limits.maxBytes);
  const deadline =
    limits.totalMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + limits.totalMs;
  let length = 0;
  while (true) {
    const waitMs = Math.min(limits.idleMs, deadline - performance.now());
    const next = await withTimeout(source.chunks.next(), waitMs);
    if (next.done === true) return;
    length += next.value.length;
    if (length > limits.maxBytes) throw tooLarge(limits.maxBytes);
    yield next.value;
  }
}

export async function readBytes(
  source: BodySource,
  limits: { readonly maxBytes: number; readonly totalMs: number },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readChunks(source, { ...limits, idleMs: limits.totalMs })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Lines without their end; the last one needs none. @throws {HubError} `too-large`, also for a line that does not end */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      if (length + end - start > maxLineBytes) throw tooLarge(maxLineBytes, 'line');
      yield Buffer.concat(parts);
      parts = [];
      length = 0;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > maxLineBytes) throw tooLarge(maxLineBytes, 'line');
  }
  if (length > 0) yield Buffer.concat(parts);
}

function tooLarge(maxBytes: number, what = 'body'): HubError {
  return new HubError('too-large', `a ${what} of this request may have ${maxBytes} bytes`);
}

async function withTimeout<T>(work: Promise<T>, waitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new HubError('too-slow', 'the body of the request stopped coming')),
        waitMs,
      );
      work.then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
  }
}
