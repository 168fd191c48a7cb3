import { Readable } from 'node:stream';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { sendBody } from '#gate';
import type { Log } from '#kernel';
import type { ByteRange } from '#store';
import type { AnswerHeaders } from './answer.ts';
import { namesEtag, parseByteRange } from './byte-range.ts';
import type { HubCall } from './call.ts';

export interface Bytes {
  readonly sizeBytes: number;
  readonly etag: string; // without quotes
  readonly headers: AnswerHeaders;
  open(range: ByteRange | undefined): Promise<Readable>;
}

/**
 * Answers a HEAD or GET with bytes, by range where asked. Through the raw Node response, as that is a fifth faster;
 * what breaks after the headers breaks the connection and never ends the body cleanly.
 */
export async function sendBytes(call: HubCall, log: Log, bytes: Bytes): Promise<Response> {
  const { sizeBytes } = bytes;
  const etag = `"${bytes.etag}"`;
  const headers: Record<string, string> = {
    ...bytes.headers,
    etag,
    'accept-ranges': 'bytes',
    // Whoever keeps a copy on the way must ask the gate each time.
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  };
  if (namesEtag(call.headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers });
  const condition = call.headers.get('if-range');
  const asked = condition === null || condition === etag ? call.headers.get('range') : null;
  const answer = parseByteRange(asked, sizeBytes);
  if (answer.kind === 'unsatisfiable') {
    return new Response(null, {
      status: 416,
      headers: { ...headers, 'content-range': `bytes */${sizeBytes}` },
    });
  }
  const range = answer.kind === 'part' ? answer.range : undefined;
  const length = range === undefined ? sizeBytes : range.end - range.start;
  headers['content-length'] = String(length);
  if (range !== undefined) headers['content-range'] = `bytes ${range.start}-${range.end - 1}/${sizeBytes}`;
  // The JavaScript client reads a file's size from here, also of an empty one.
  else if (asked !== null && sizeBytes === 0) headers['content-range'] = 'bytes */0';
  const status = range === undefined ? 200 : 206;
  if (call.isHead || length === 0) return new Response(null, { status, headers });

  const source = await bytes.open(range);
  const { outgoing } = call.node;
  if (outgoing === undefined) return new Response(toWeb(source), { status, headers });
  outgoing.writeHead(status, headers);
  try {
    await sendBody(source, outgoing);
  } catch (error) {
    outgoing.destroy();
    if (!call.signal.aborted) log.warn('transfer broken', { error });
  }
  return RESPONSE_ALREADY_SENT;
}

function toWeb(source: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(source) as ReadableStream<Uint8Array>;
}
