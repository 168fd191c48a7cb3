import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '#store';
import { UpstreamError, type UpstreamErrorCode } from '#upstream';
import { openTestStore, type TestStore } from '../support/test-store.ts';
import { FakeScanner } from './fake-scanner.ts';
import { createDoor, Harness, makeContent } from './harness.ts';

let test: TestStore;
let store: Store;

beforeAll(async () => {
  test = await openTestStore();
  store = test.store;
}, 60_000);
afterAll(() => test[Symbol.asyncDispose]());

const down = new UpstreamError('unavailable', 'connection refused');
const files = () => [{ path: 'config.json', content: makeContent(200) }];

describe('resolving a remote ref', () => {
  it('asks the upstream once for many clients, and not again for ten seconds', async () => {
    await using h = await Harness.over(store, new FakeScanner());
    const first = h.origin.push(files());
    const all = await Promise.all(Array.from({ length: 20 }, () => h.gate.resolve(h.key, 'main')));
    expect(new Set(all.map(({ version }) => version.revision))).toEqual(new Set([first]));
    expect(h.origin.calls).toMatchObject({ resolve: 1, describe: 1 });

    const second = h.origin.push(files());
    h.clock.advance(9_999);
    expect((await h.gate.resolve(h.key, 'main')).version.revision).toBe(first);
    h.clock.advance(2);
    const moved = await h.gate.resolve(h.key, 'main');
    expect(moved).toMatchObject({ isStale: false, ref: 'main', version: { revision: second } });
    expect(h.origin.calls).toMatchObject({ resolve: 2, describe: 2 });
  });

  it('never asks about an exact revision that is stored, whatever a branch is called', async () => {
    await using h = await Harness.over(store, new FakeScanner());
    const pinned = h.origin.push(files());
    await h.gate.resolve(h.key, 'main');
    h.origin.push(files(), pinned); // a branch that is named like the commit
    h.clock.advance(1e9);
    h.origin.failure = down;
    expect(await h.gate.resolve(h.key, pinned)).toMatchObject({
      isStale: false,
      version: { revision: pinned },
    });
    expect(h.origin.calls.resolve).toBe(1);
  });

  it('serves the last known state of an upstream that is down, says so, and asks it seldom', async () => {
    await using h = await Harness.over(store, new FakeScanner());
    const revision = h.origin.push(files());
    const { version } = (await h.served()).resolved;
    const checkedAt = h.clock.now();
    h.clock.advance(60_000);
    for (const code of ['unavailable', 'rate-limited', 'invalid-answer'] satisfies UpstreamErrorCode[]) {
      h.origin.failure = new UpstreamError(code, 'trouble');
      const callsBefore = h.origin.calls.resolve;
      const stale = await h.served();
      expect(stale.resolved).toMatchObject({ isStale: true, staleSince: checkedAt, version: { revision } });
      expect(stale.warnings).toEqual([
        'The upstream of hub cannot be reached: this is what it had at 2026-11-21T10:00:00.000Z, newer versions may exist',
      ]);
      await h.gate.resolve(h.key, 'main');
      expect(h.origin.calls.resolve).toBe(callsBefore + 1);
      h.clock.advance(10_001);
    }
    h.origin.failure = undefined;
    expect(await h.gate.resolve(h.key, 'main')).toMatchObject({ isStale: false, version });
  });

  it('does not let a slow upstream keep clients waiting for what is known already', async () => {
    await using h = await Harness.over(store, new FakeScanner(), { staleWaitMs: 20, upstreamWaitMs: 1_000 });
    h.origin.push(files());
    await h.gate.resolve(h.key, 'main');
    h.clock.advance(20_000);
    const door = createDoor();
    h.origin.onResolve = () => door.opened;
    expect(await h.gate.resolve(h.key, 'main')).toMatchObject({ isStale: true });
    const unknown = h.gate.resolve(h.key, 'dev');
    await expect(unknown).rejects.toMatchObject({ code: 'upstream-unavailable', retryAfterSeconds: 5 });
    door.open();
  });

  it('believes an absence for a moment and a failure not at all', async () => {
    await using h = await Harness.over(store, new FakeScanner());
    const ask = () => h.gate.resolve(h.key, 'main');
    await expect(ask()).rejects.toMatchObject({ code: 'revision-not-found' });
    h.origin.push(files());
    await expect(ask()).rejects.toMatchObject({ code: 'revision-not-found' });
    expect(h.origin.calls.resolve).toBe(1);
    h.clock.advance(10_001);
    h.origin.failure = down;
    await expect(ask()).rejects.toMatchObject({ code: 'upstream-unavailable', retryAfterSeconds: 10 });
    h.origin.failure = undefined;
    await expect(ask()).resolves.toMatchObject({ ref: 'main' });
  });

  it('tells our mistakes from the upstream’s', async () => {
    await using h = await Harness.over(store, new FakeScanner());
    const codes: Partial<Record<UpstreamErrorCode, string>> = {
      unauthorized: 'upstream-unauthorized',
      'rate-limited': 'upstream-rate-limited',
      'invalid-answer': 'upstream-invalid',
      'forbidden-address': 'upstream-invalid',
      changed: 'upstream-invalid',
    };
    for (const [code, expected] of Object.entries(codes)) {
      h.origin.failure = new UpstreamError(code as UpstreamErrorCode, 'x', { retryAfterSeconds: 7 });
      const failure = await h.gate.resolve(h.key, 'main').catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: expected, message: expect.stringContaining('hub.test') });
      if (code === 'rate-limited') expect(failure).toMatchObject({ retryAfterSeconds: 7 });
    }
  });
});

describe('resolving a local ref', () => {
  it('finds revisions before refs, and says what is not there', async () => {
    await using h = await Harness.over(store, new FakeScanner(), {}, 'local');
    await expect(h.gate.resolve(h.key, 'main')).rejects.toMatchObject({ code: 'package-not-found' });
    const { repository, type, name } = h.key;
    const made = await store.packages.create({ repositoryId: repository.id, type, name, isPrivate: false });
    const revision = 'c'.repeat(40);
    const version = await store.versions.commit({
      packageId: made.id,
      revision,
      parents: [],
      title: 't',
      message: '',
      author: 'ada',
      createdAt: h.clock.now(),
      info: {},
      files: [],
      branch: 'main',
      expected: undefined,
    });
    for (const ref of ['main', revision]) {
      expect(await h.gate.resolve(h.key, ref)).toMatchObject({
        isStale: false,
        ref,
        version: { id: version.id },
      });
    }
    await expect(h.gate.resolve(h.key, 'dev')).rejects.toMatchObject({ code: 'revision-not-found' });
    // A version without files holds nothing that could do harm.
    expect(await h.admit()).toMatchObject({ kind: 'serve', decision: { effect: 'allow', verdict: 'clean' } });
  });
});
