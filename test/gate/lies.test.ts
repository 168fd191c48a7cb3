import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StagedBlob, type Store, StoreError } from '#store';
import { openTestStore, type TestStore } from '../support/test-store.ts';
import { toVersionFile } from './fake-origin.ts';
import { FakeScanner } from './fake-scanner.ts';
import { createDoor, Harness, makeContent } from './harness.ts';

const MIB = 1024 * 1024;

let test: TestStore;
let store: Store;

beforeAll(async () => {
  test = await openTestStore();
  store = test.store;
}, 60_000);
afterAll(() => test[Symbol.asyncDispose]());

/** Reads to the end or the break of a stream: how far it came, and what broke it. */
async function drain(stream: AsyncIterable<Uint8Array>) {
  let receivedBytes = 0;
  try {
    for await (const chunk of stream) receivedBytes += chunk.length;
    return { receivedBytes, error: undefined };
  } catch (error) {
    return { receivedBytes, error };
  }
}

describe('an upstream that lies', () => {
  it('about the digest or the Git id breaks every stream short of its end, and nothing is kept', async () => {
    const content = makeContent(2 * MIB);
    const other = toVersionFile({ path: 'm.bin', content: makeContent(2 * MIB), isLfs: true });
    for (const file of [
      { path: 'm.bin', content, isLfs: true, listed: { sha256: other.sha256 } },
      { path: 'm.bin', content, isLfs: false, listed: { gitOid: other.gitOid } },
    ]) {
      await using h = await Harness.over(store, new FakeScanner());
      h.origin.push([file]);
      const streams = await Promise.all([1, 2, 3].map(() => h.stream('m.bin')));
      for (const { receivedBytes, error } of await Promise.all(streams.map(drain))) {
        expect(error).toMatchObject({ name: 'GateError', code: 'upstream-invalid' });
        expect(receivedBytes).toBeLessThanOrEqual(content.length - 64 * 1024);
      }
      const real = toVersionFile({ ...file, isLfs: true }).sha256;
      for (const sha256 of [real, other.sha256]) {
        expect(sha256 && (await store.blobs.find(sha256))).toBeUndefined();
      }
      expect((await h.gate.open(await h.served(), 'm.bin')).isCached).toBe(false);
    }
  });

  it('about the length breaks every stream, and nothing is kept', async () => {
    for (const sizeBytes of [2 * MIB - 1, 2 * MIB + 1]) {
      await using h = await Harness.over(store, new FakeScanner());
      const shown = makeContent(sizeBytes);
      const content = makeContent(2 * MIB);
      h.origin.push([{ path: 'm.bin', content, shown, isLfs: true, listed: { sizeBytes } }]);
      const streams = await Promise.all([1, 2].map(() => h.stream('m.bin')));
      for (const { error } of await Promise.all(streams.map(drain))) {
        expect(error).toMatchObject({ name: 'GateError', code: 'upstream-invalid' });
      }
      const { sha256 } = toVersionFile({ path: 'm.bin', content, isLfs: true });
      expect(sha256 && (await store.blobs.find(sha256))).toBeUndefined();
    }
  });

  it('about a file that is small is found out before a byte is sent', async () => {
    await using h = await Harness.over(store, new FakeScanner(), { smallFileBytes: 0 });
    const { sha256 } = toVersionFile({ path: 'x', content: makeContent(900), isLfs: true });
    h.origin.push([{ path: 'm.bin', content: makeContent(900), isLfs: true, listed: { sha256 } }]);
    await expect(h.stream('m.bin')).rejects.toMatchObject({ code: 'upstream-invalid' });
  });

  it('with ranges that are benign and a file that is not never gets it through', async () => {
    await using h = await Harness.over(store, new FakeScanner());
    const content = makeContent(2 * MIB, 'EVIL');
    h.origin.push([
      { path: 'm.bin', content, shown: makeContent(2 * MIB), isLfs: true },
      { path: 'config.json', content: makeContent(100) },
    ]);
    const admission = await h.served();
    const streams = await Promise.all([1, 2, 3].map(() => h.stream('m.bin')));
    for (const { receivedBytes, error } of await Promise.all(streams.map(drain))) {
      expect(error).toMatchObject({ code: 'not-admitted' });
      expect(receivedBytes).toBeLessThanOrEqual(content.length - 64 * 1024);
    }
    // Nothing of it is kept, and the version is decided on by what it really holds, once.
    const { sha256 } = toVersionFile({ path: 'm.bin', content, isLfs: true });
    expect(sha256 && (await store.blobs.find(sha256))).toBeUndefined();
    const { decision } = await h.refusal();
    expect(decision).toMatchObject({ effect: 'block', verdict: 'malicious', reasons: [{ file: 'm.bin' }] });
    const report = await store.reports.get(decision.reportDigest);
    expect(report.files.map(({ path, verdict }) => [path, verdict]).toSorted()).toEqual([
      ['config.json', 'clean'],
      ['m.bin', 'malicious'],
    ]);
    const made = await store.decisions.list({ packageName: h.key.name }, { limit: 10 });
    expect(made.items.map(({ state }) => state)).toEqual(['active', 'superseded']);
    await expect(h.gate.open(admission, 'm.bin')).rejects.toMatchObject({ code: 'not-admitted' });
  });

  it('gets nothing through for bytes that are stored already, under a version that was judged by its ranges', async () => {
    await using watched = await Harness.over(store, new FakeScanner());
    const content = makeContent(2 * MIB, 'EVIL');
    watched.origin.push([{ path: 'elsewhere.bin', content, isLfs: true }]);
    await watched.usePolicy('observe');
    await watched.pull('elsewhere.bin');
    await watched.usePolicy('balanced');

    await using h = await Harness.over(store, new FakeScanner());
    h.origin.push([{ path: 'm.bin', content, shown: makeContent(2 * MIB), isLfs: true }]);
    // The bytes are stored, so they are what is looked at, not what the upstream shows.
    expect((await h.refusal()).decision.verdict).toBe('malicious');
    expect(h.origin.calls.open).toBe(0);
  });

  it('gets nothing through when the bytes came to be stored between the decision and the download', async () => {
    const content = makeContent(2 * MIB, 'EVIL');
    await using h = await Harness.over(store, new FakeScanner());
    h.origin.push([{ path: 'm.bin', content, shown: makeContent(2 * MIB), isLfs: true }]);
    await h.served();
    await using other = await Harness.over(store, new FakeScanner());
    other.origin.push([{ path: 'elsewhere.bin', content, isLfs: true }]);
    await other.usePolicy('observe');
    await other.pull('elsewhere.bin');
    await other.usePolicy('balanced');

    const file = await h.gate.open(await h.served(), 'm.bin');
    expect(file.isCached).toBe(true);
    await expect(file.stream()).rejects.toMatchObject({ code: 'not-admitted' });
    expect((await h.refusal()).decision.verdict).toBe('malicious');
  });
});

describe('bytes that are other than what was decided on', () => {
  it.each([
    ['no worse', 'RISKY ODD', 'RISKY', 'serve'],
    ['worse', 'RISKY', 'RISKY ODD', 'refuse'],
  ])('are decided on by themselves when they are %s', async (_, shownMark, realMark, outcome) => {
    await using h = await Harness.over(store, new FakeScanner());
    const [content, shown] = [makeContent(2 * MIB, realMark), makeContent(2 * MIB, shownMark)];
    h.origin.push([{ path: 'm.bin', content, shown, isLfs: true }]);
    const hold = await h.refusal();
    const settle = { state: 'approved' as const, by: 'ada', reason: 'ours', at: h.clock.now() };
    await store.decisions.settle(hold.decision.id, settle);
    const before = await h.served();
    const { error } = await drain(await h.stream('m.bin'));
    await expect(h.gate.open(before, 'm.bin')).rejects.toMatchObject({ code: 'not-admitted' });
    expect(error).toEqual(
      outcome === 'serve' ? undefined : expect.objectContaining({ code: 'not-admitted' }),
    );
    const admission = await h.admit();
    expect(admission).toMatchObject({
      kind: outcome,
      decision: { settledBy: outcome === 'serve' ? 'ada' : undefined },
    });
    if (outcome === 'serve') expect((await h.pull('m.bin')).equals(content)).toBe(true);
    expect(h.origin.calls.download).toBe(1);
  });
});

describe('a decision that changes while bytes are on their way', () => {
  it('keeps the end of the file back', async () => {
    await using h = await Harness.over(store, new FakeScanner('e', ['EVIL']));
    const content = makeContent(2 * MIB, 'EVIL ODD');
    const door = createDoor();
    h.origin.push([{ path: 'm.bin', content, isLfs: true }]);
    const hold = await h.refusal();
    const settle = { state: 'approved' as const, by: 'ada', reason: 'ours', at: h.clock.now() };
    await store.decisions.settle(hold.decision.id, settle);
    h.origin.onChunk = (offset) => (offset > MIB ? door.opened : undefined);
    const stream = await h.stream('m.bin');
    // Another replica, with a newer engine, sees more in it.
    await using newer = await Harness.over(store, new FakeScanner('f'), {}, 'remote', h.key.name);
    newer.origin.push([{ path: 'm.bin', content, isLfs: true }]);
    await newer.refusal();
    door.open();
    expect(await drain(stream)).toMatchObject({ error: { code: 'not-admitted' } });
  });
});

describe('the store failing under a transfer', () => {
  it('is said as what it is', async () => {
    await using h = await Harness.over(withFullDisk(store, MIB), new FakeScanner());
    h.origin.push([{ path: 'm.bin', content: makeContent(2 * MIB), isLfs: true }]);
    const { error } = await drain(await h.stream('m.bin'));
    expect(error).toMatchObject({ name: 'StoreError', code: 'disk-full' });
  });
});

/** The store, on a disk that is full after so many bytes of each blob. */
function withFullDisk(real: Store, capacityBytes: number): Store {
  const stage: Store['blobs']['stage'] = async (options) => {
    const staged = await real.blobs.stage(options);
    const write: StagedBlob['write'] = async (chunk) => {
      if (staged.writtenBytes >= capacityBytes) throw new StoreError('disk-full', 'no space left');
      await staged.write(chunk);
    };
    return override(staged, { write });
  };
  return override(real, { blobs: override(real.blobs, { stage }) });
}

function override<T extends object>(target: T, change: Partial<T>): T {
  return new Proxy(target, {
    get(_, name) {
      if (name in change) return Reflect.get(change, name);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
