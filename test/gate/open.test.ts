import { once } from 'node:events';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '#store';
import { UpstreamError } from '#upstream';
import { openTestStore, type TestStore } from '../support/test-store.ts';
import { FakeScanner } from './fake-scanner.ts';
import { collect, createDoor, Harness, makeContent } from './harness.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const TAIL = 64 * KIB;

let test: TestStore;
let store: Store;

beforeAll(async () => {
  test = await openTestStore();
  store = test.store;
}, 60_000);
afterAll(() => test[Symbol.asyncDispose]());

const later = async () => new Promise<void>((resolve) => setTimeout(resolve, 5));
const down = new UpstreamError('unavailable', 'connection reset', { retryAfterSeconds: 4 });

/** A remote package with one large file, judged and admitted. */
async function withModel(limits = {}, sizeBytes = 3 * MIB, isLfs = true) {
  const h = await Harness.over(store, new FakeScanner(), limits);
  const content = makeContent(sizeBytes);
  h.origin.push([{ path: 'model.bin', content, isLfs }]);
  await h.served();
  return { h, content };
}

describe('a file on its way', () => {
  it('is fetched once for many clients, whole and in ranges, and kept', async () => {
    const { h, content } = await withModel();
    await using _gate = h;
    const ranges = [
      undefined,
      { start: 0, end: 1 },
      { start: 5, end: 2 * MIB },
      { start: 3 * MIB - 10, end: 9 * MIB },
    ];
    const parts = await Promise.all([...ranges, ...ranges].map((range) => h.pull('model.bin', range)));
    for (const [index, part] of parts.entries()) {
      const range = ranges[index % ranges.length];
      expect(part.equals(content.subarray(range?.start, range?.end))).toBe(true);
    }
    expect(h.origin.calls.download).toBe(1);
    const file = await h.gate.open(await h.served(), 'model.bin');
    expect(file.isCached).toBe(true);
    expect((await collect(await file.stream())).equals(content)).toBe(true);
    expect(h.origin.calls.download).toBe(1);
  });

  it('gives every range of it as the whole would, cold or stored', async () => {
    const range = fc.tuple(fc.nat(200 * KIB), fc.integer({ min: 1, max: 200 * KIB }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 100, TAIL, TAIL + 1, 150 * KIB),
        fc.array(range, { minLength: 1, maxLength: 4 }),
        async (sizeBytes, wanted) => {
          const { h, content } = await withModel({ smallFileBytes: 0 }, sizeBytes);
          await using _gate = h;
          const file = await h.gate.open(await h.served(), 'model.bin');
          for (const [start, length] of wanted) {
            const part = file.stream({ start, end: start + length });
            if (start >= sizeBytes)
              await expect(part).rejects.toMatchObject({ code: 'range-not-satisfiable' });
            else
              expect((await collect(await part)).equals(content.subarray(start, start + length))).toBe(true);
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  it('has its last 64 KiB withheld until it is stored and looked at again', async () => {
    const { h, content } = await withModel();
    await using _gate = h;
    const door = createDoor();
    h.scanner.onScan = () => door.opened;
    const stream = await h.stream('model.bin');
    let receivedBytes = 0;
    stream.on('data', (chunk: Uint8Array) => {
      receivedBytes += chunk.length;
    });
    while (h.scanner.scanned.length < 2) await later();
    for (let i = 0; i < 5; i += 1) await later();
    expect(receivedBytes).toBe(content.length - TAIL);
    const sha256 = (await store.versions.files((await h.served()).resolved.version.id))[0]?.sha256;
    expect(sha256 && (await store.blobs.find(sha256))).toBeUndefined();
    door.open();
    await once(stream, 'end');
    expect(receivedBytes).toBe(content.length);
  });

  it('drips a few bytes while it is verified, so that clients do not give up', async () => {
    const { h, content } = await withModel({ dripMs: 1 });
    await using _gate = h;
    const door = createDoor();
    h.scanner.onScan = () => door.opened;
    const stream = await h.stream('model.bin');
    const chunks: Uint8Array[] = [];
    let receivedBytes = 0;
    stream.on('data', (chunk: Uint8Array) => {
      chunks.push(chunk);
      receivedBytes += chunk.length;
    });
    while (receivedBytes < content.length - TAIL + 3) await later();
    expect(receivedBytes).toBeLessThanOrEqual(content.length - TAIL + 1024);
    door.open();
    await once(stream, 'end');
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
  });

  it('goes on when the client that began it leaves, and when all have left', async () => {
    const { h, content } = await withModel();
    await using _gate = h;
    const door = createDoor();
    h.origin.onChunk = async (offset) => {
      if (offset > MIB) await door.opened;
    };
    const leader = new AbortController();
    const first = await h.stream('model.bin', undefined, leader.signal);
    const left = expect(collect(first)).rejects.toThrow('aborted');
    const follower = h.pull('model.bin');
    leader.abort();
    await left;
    door.open();
    expect((await follower).equals(content)).toBe(true);

    h.origin.push([{ path: 'model.bin', content: makeContent(2 * MIB), isLfs: true }], 'next');
    const next = await h.gate.open(await h.served('next'), 'model.bin');
    (await next.stream()).destroy();
    while (!(await h.gate.open(await h.served('next'), 'model.bin')).isCached) await later();
    expect(h.origin.calls.download).toBe(2);
  });

  it('is not slowed by a client that does not read', async () => {
    const { h, content } = await withModel();
    await using _gate = h;
    const idle = await h.stream('model.bin');
    expect((await h.pull('model.bin')).equals(content)).toBe(true);
    // Nothing was read ahead for the idle one but its buffer; it still gets everything.
    expect(idle.readableLength).toBeLessThanOrEqual(512 * KIB);
    expect((await collect(idle)).equals(content)).toBe(true);
  });

  it('stops when nobody comes back, and goes on from there for the next client', async () => {
    const { h, content } = await withModel({ abandonedMs: 5 });
    await using _gate = h;
    const reached = createDoor();
    const stopped = createDoor();
    h.origin.onChunk = async (offset, signal) => {
      if (offset < MIB) return;
      reached.open();
      await once(signal, 'abort');
      stopped.open();
    };
    const stream = await h.stream('model.bin');
    await reached.opened;
    stream.destroy();
    await stopped.opened;
    await later();
    h.origin.onChunk = () => undefined;
    expect((await h.pull('model.bin')).equals(content)).toBe(true);
    expect(h.origin.startOffsets).toEqual([0, MIB]);
  });

  it('keeps what came before the upstream gave up, for some time', async () => {
    const { h, content } = await withModel({ partKeptMs: 1_000 });
    await using _gate = h;
    const breakAt = (at: number) => (offset: number) => {
      if (offset === at) throw down;
    };
    h.origin.onChunk = breakAt(MIB);
    await expect(h.pull('model.bin')).rejects.toMatchObject({
      code: 'upstream-unavailable',
      retryAfterSeconds: 4,
    });
    h.origin.onChunk = breakAt(2 * MIB);
    await expect(h.pull('model.bin')).rejects.toMatchObject({ code: 'upstream-unavailable' });
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    h.origin.onChunk = () => undefined;
    expect((await h.pull('model.bin')).equals(content)).toBe(true);
    expect(h.origin.startOffsets).toEqual([0, MIB, 0]);
  });

  it('says when a part is far away, instead of keeping a client waiting', async () => {
    const { h } = await withModel({ firstByteMs: 20 });
    await using _gate = h;
    const door = createDoor();
    h.origin.onChunk = (offset) => (offset >= MIB ? door.opened : undefined);
    await expect(h.pull('model.bin', { start: 2 * MIB, end: 2 * MIB + 1 })).rejects.toMatchObject({
      code: 'upstream-unavailable',
      retryAfterSeconds: 5,
      message: expect.stringMatching(/still on its way: \d+ of 3145728 bytes/),
    });
    door.open();
  });

  it('is verified by its Git id where it has no other, and may be empty', async () => {
    const { h, content } = await withModel({}, 2 * MIB, false);
    await using _gate = h;
    expect((await h.pull('model.bin')).equals(content)).toBe(true);
    h.origin.push([{ path: 'empty', content: Buffer.alloc(0) }], 'empty');
    const file = await h.gate.open(await h.served('empty'), 'empty');
    expect((await collect(await file.stream())).length).toBe(0);
    const cold = await Harness.over(store, new FakeScanner(), { smallFileBytes: 0 });
    await using _cold = cold;
    cold.origin.push([{ path: 'none.bin', content: Buffer.alloc(0), isLfs: true }]);
    expect((await cold.pull('none.bin')).length).toBe(0);
  });

  it('ends in its bytes or an error, and never in other bytes, whoever breaks off when', async () => {
    const client = fc.record({
      start: fc.nat(300 * KIB),
      leavesAfter: fc.option(fc.nat(300 * KIB), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(client, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(300), { maxLength: 4 }),
        async (clients, breaks) => {
          const { h, content } = await withModel({ smallFileBytes: 0 }, 301 * KIB);
          await using _gate = h;
          h.origin.chunkBytes = KIB;
          const left = new Set(breaks.map((at) => at * KIB));
          h.origin.onChunk = (offset) => {
            if (left.delete(offset)) throw down;
          };
          const file = await h.gate.open(await h.served(), 'model.bin');
          const pulls = clients.map(async ({ start, leavesAfter = Number.POSITIVE_INFINITY }) => {
            let position = start;
            while (position < content.length && position - start < leavesAfter) {
              try {
                for await (const chunk of await file.stream({ start: position, end: content.length })) {
                  expect(content.compare(chunk, 0, chunk.length, position, position + chunk.length)).toBe(0);
                  position += chunk.length;
                  if (position - start >= leavesAfter) break;
                }
              } catch (error) {
                expect(error).toMatchObject({ code: 'upstream-unavailable' });
              }
            }
          });
          await Promise.all(pulls);
          // Each break costs one more request and nothing that was fetched before it.
          expect(h.origin.calls.download).toBeLessThanOrEqual(1 + breaks.length);
          left.clear();
          expect((await h.pull('model.bin')).equals(content)).toBe(true);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('is served while the upstream is down, once it is stored', async () => {
    const { h, content } = await withModel();
    await using _gate = h;
    await h.pull('model.bin');
    h.clock.advance(60_000);
    h.origin.failure = down;
    expect((await h.pull('model.bin')).equals(content)).toBe(true);
  });

  it('is nobody’s without a standing admission', async () => {
    const { h } = await withModel();
    await using _gate = h;
    const admission = await h.served();
    await expect(h.gate.open(admission, 'nothing.bin')).rejects.toMatchObject({ code: 'file-not-found' });
    await h.usePolicy('observe');
    await h.served();
    await expect(h.gate.open(admission, 'model.bin')).rejects.toMatchObject({ code: 'not-admitted' });
    await h.usePolicy('balanced');
  });
});
