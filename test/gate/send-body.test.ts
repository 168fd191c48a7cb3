import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendBody } from '#gate';
import type { ByteRange } from '#store';
import { openTestStore, type TestStore } from '../support/test-store.ts';
import { FakeScanner } from './fake-scanner.ts';
import { collect, createDoor, Harness, makeContent } from './harness.ts';

const MIB = 1024 * 1024;

let test: TestStore;

beforeAll(async () => {
  test = await openTestStore();
}, 60_000);
afterAll(() => test[Symbol.asyncDispose]());

/** A server of one file, and what became of each answer. */
async function serve(open: (range: ByteRange | undefined) => Promise<Readable>, sizeBytes: number) {
  const ends: Promise<unknown>[] = [];
  const server: Server = createServer(async (request, response) => {
    const [start, end] = (request.headers.range ?? `0-${sizeBytes}`).split('-').map(Number);
    const range = { start: start ?? 0, end: end ?? 0 };
    response.writeHead(200, { 'content-length': range.end - range.start });
    const end_ = open(range).then((body) => sendBody(body, response));
    ends.push(end_.catch((error: unknown) => error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = async (range?: string): Promise<IncomingMessage> => {
    const request = get({ port, host: '127.0.0.1', ...(range === undefined ? {} : { headers: { range } }) });
    const [response] = await once(request, 'response');
    return response;
  };
  return {
    ask,
    ends,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function withModel(sizeBytes: number) {
  const h = await Harness.over(test.store, new FakeScanner());
  const content = makeContent(sizeBytes);
  h.origin.push([{ path: 'model.bin', content, isLfs: true }]);
  return { h, content };
}

describe('a body sent to a socket', () => {
  it('is the file and its ranges, on its way and stored, for slow clients too', async () => {
    const { h, content } = await withModel(3 * MIB);
    await using _gate = h;
    await using server = await serve((range) => h.stream('model.bin', range), content.length);
    for (const state of ['on its way', 'stored']) {
      const ranges = [`0-${content.length}`, '0-1', `1000-${2 * MIB}`, `${3 * MIB - 9}-${3 * MIB}`];
      const answers = await Promise.all(ranges.map((range) => server.ask(range)));
      for (const [index, answer] of answers.entries()) {
        const [start, end] = (ranges[index] ?? '').split('-').map(Number);
        // Read in small pieces, with pauses: nothing may be written over before it has left.
        const chunks: Buffer[] = [];
        for await (const chunk of answer) {
          chunks.push(chunk);
          if (chunks.length % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        expect(Buffer.concat(chunks).equals(content.subarray(start, end)), `${ranges[index]} ${state}`).toBe(
          true,
        );
      }
    }
    expect(await Promise.all(server.ends)).toEqual(Array.from({ length: 8 }, () => undefined));
    expect(h.origin.calls.download).toBe(1);
  });

  it('breaks the connection when it breaks, and never ends it cleanly', async () => {
    const { h, content } = await withModel(2 * MIB);
    await using _gate = h;
    h.origin.onChunk = (offset) => {
      if (offset > MIB) throw new Error('the upstream broke');
    };
    await using server = await serve((range) => h.stream('model.bin', range), content.length);
    const answer = await server.ask();
    await expect(collect(answer)).rejects.toThrow('aborted');
    expect(await Promise.all(server.ends)).toEqual([
      expect.objectContaining({ message: 'the upstream broke' }),
    ]);
  });

  it('stops reading when the client leaves, and leaves nothing open', async () => {
    const { h, content } = await withModel(20 * MIB);
    await using _gate = h;
    await h.pull('model.bin');
    const bodies: Readable[] = [];
    await using server = await serve(async (range) => {
      const body = await h.stream('model.bin', range);
      bodies.push(body);
      return body;
    }, content.length);
    const answer = await server.ask();
    await once(answer, 'data');
    answer.destroy();
    expect(await Promise.all(server.ends)).toEqual([expect.any(Error)]);
    expect(bodies.map(({ destroyed }) => destroyed)).toEqual([true]);
  });

  it('ends when the request is aborted while there is nothing to send', async () => {
    const { h, content } = await withModel(2 * MIB);
    await using _gate = h;
    const door = createDoor();
    h.origin.onChunk = (offset) => (offset > MIB ? door.opened : undefined);
    const stop = new AbortController();
    await using server = await serve((range) => h.stream('model.bin', range, stop.signal), content.length);
    const answer = await server.ask();
    answer.resume().on('error', () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    const ends = await Promise.all(server.ends);
    door.open();
    expect(ends).toEqual([expect.objectContaining({ name: 'AbortError' })]);
  });

  it('may be any other stream as well', async () => {
    const target = new PassThrough();
    const [received] = await Promise.all([
      collect(target),
      sendBody(Readable.from([Buffer.from('x')]), target),
    ]);
    expect(received.toString()).toBe('x');
  });
});
