import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '#store';
import { UpstreamError } from '#upstream';
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

const down = new UpstreamError('unavailable', 'connection refused', { retryAfterSeconds: 3 });
const later = async () => new Promise<void>((resolve) => setTimeout(resolve, 5));

describe('admission', () => {
  it('judges large files by ranges and small ones whole, once for many clients', async () => {
    await using h = await Harness.over(store, new FakeScanner());
    const weights = { path: 'model.safetensors', content: makeContent(3 * MIB), isLfs: true };
    const config = { path: 'config.json', content: makeContent(500) };
    h.origin.push([weights, config]);
    const all = await Promise.all(Array.from({ length: 10 }, () => h.served()));
    expect(new Set(all.map(({ decision }) => decision.id)).size).toBe(1);
    expect(h.scanner.scanned.toSorted()).toEqual(['config.json', 'model.safetensors']);
    expect(h.origin.calls).toMatchObject({ open: 1, download: 1 });
    const [{ decision } = await h.served()] = all;
    expect(decision).toMatchObject({ effect: 'allow', verdict: 'clean', state: 'active', reasons: [] });
    expect(decision.readBytes).toBe(2 * 4096 + 500);
    // What was fetched whole has its digest now.
    const file = await store.versions.file(decision.versionId, 'config.json');
    expect(file?.sha256).toBe(toVersionFile({ ...config, isLfs: true }).sha256);
  });

  it('blocks, holds and warns as the policy of the repository says', async () => {
    await using h = await Harness.over(store, new FakeScanner());
    h.origin.push([{ path: 'pytorch_model.bin', content: makeContent(2 * MIB, 'EVIL'), isLfs: true }]);
    const blocked = await h.refusal();
    expect(blocked.refusal).toMatchObject({
      effect: 'block',
      finding: 'fake/evil',
      file: 'pytorch_model.bin',
    });
    expect(blocked.refusal.line).toBe(
      `Blocked by policy balanced/malicious: fake/evil in pytorch_model.bin (EVIL). See http://gate.test/decisions/${blocked.decision.id}`,
    );
    expect(h.origin.calls.download).toBe(0);

    await h.usePolicy('observe');
    const observed = await h.served();
    expect(observed.decision).toMatchObject({ effect: 'warn', policy: 'observe' });
    expect(observed.warnings).toEqual([
      `Warning by policy observe/malicious: fake/evil in pytorch_model.bin (EVIL). See http://gate.test/decisions/${observed.decision.id}`,
    ]);
    expect((await store.decisions.find(blocked.decision.id))?.state).toBe('superseded');

    h.origin.push([{ path: 'odd.bin', content: makeContent(300, 'ODD') }], 'odd');
    h.origin.push([{ path: 'broken.bin', content: makeContent(300, 'BROKEN') }], 'broken');
    await h.usePolicy('balanced');
    for (const ref of ['odd', 'broken']) {
      expect((await h.refusal(ref)).refusal).toMatchObject({
        effect: 'hold',
        policyRule: 'balanced/undetermined',
        line: expect.stringContaining('Ask for approval: http://gate.test/decisions/'),
      });
    }
  });

  it('needs no second look when only the policy is another, not even an upstream', async () => {
    await using h = await Harness.over(store, new FakeScanner());
    h.origin.push([{ path: 'm.bin', content: makeContent(2 * MIB, 'RISKY'), isLfs: true }]);
    await h.refusal();
    const resolved = await h.gate.resolve(h.key, 'main');
    h.origin.failure = down;
    await h.usePolicy('observe');
    const admission = await h.gate.admit({ ...resolved, key: h.key });
    expect(admission).toMatchObject({ kind: 'serve', decision: { effect: 'warn', readBytes: 0 } });
    expect(h.scanner.scanned).toEqual(['m.bin']);
    await h.usePolicy('balanced');
  });

  it('answers pending while the judging goes on', async () => {
    await using h = await Harness.over(store, new FakeScanner(), { admitWaitMs: 10 });
    h.origin.push([{ path: 'config.json', content: makeContent(100) }]);
    const door = createDoor();
    h.scanner.onScan = () => door.opened;
    expect(await h.admit()).toMatchObject({ kind: 'pending', retryAfterSeconds: 2 });
    h.clock.advance(12_000);
    // Stale by now, but the version is the same and so is its judgement.
    expect(await h.admit()).toMatchObject({ kind: 'pending', retryAfterSeconds: 12 });
    door.open();
    while ((await h.admit()).kind === 'pending') await later();
    expect(h.scanner.scanned).toEqual(['config.json']);
    expect((await h.served()).decision.elapsedMs).toBe(12_000);
  });

  it('never takes an upstream that fails for evidence, and goes on where it was', async () => {
    await using h = await Harness.over(store, new FakeScanner(), { parallelFiles: 1 });
    h.origin.push([
      { path: 'a.bin', content: makeContent(2 * MIB), isLfs: true },
      { path: 'b.bin', content: makeContent(2 * MIB), isLfs: true },
    ]);
    const resolved = await h.gate.resolve(h.key, 'main');
    h.scanner.onScan = (path) => {
      if (path === 'b.bin') h.origin.failure = down;
    };
    await expect(h.gate.admit(resolved)).rejects.toMatchObject({
      code: 'upstream-unavailable',
      retryAfterSeconds: 3,
    });
    expect(await store.decisions.current(resolved.version.id)).toBeUndefined();
    h.origin.failure = undefined;
    h.scanner.onScan = () => undefined;
    expect(await h.gate.admit(resolved)).toMatchObject({ kind: 'serve' });
    expect(h.scanner.scanned).toEqual(['a.bin', 'b.bin', 'b.bin']);
  });

  it('reads a file whole when ranges of it cost too much', async () => {
    await using h = await Harness.over(store, new FakeScanner(), { rangeBudgetBytes: 100_000 });
    const content = makeContent(2 * MIB, 'READ-ALL');
    h.origin.push([{ path: 'model.joblib', content, isLfs: true }]);
    const { decision } = await h.served();
    expect(decision).toMatchObject({ effect: 'allow', readBytes: 2 * MIB });
    expect(h.origin.rangeBytes).toBeLessThanOrEqual(100_000);
    expect(h.origin.calls.download).toBe(1);
    expect((await h.pull('model.joblib')).equals(content)).toBe(true);
    expect(h.origin.calls.download).toBe(1);
  });

  it('does not look again at bytes that it has seen under that path', async () => {
    await using h = await Harness.over(store, new FakeScanner());
    const config = { path: 'config.json', content: makeContent(700) };
    h.origin.push([config, { path: 'a.txt', content: makeContent(10) }]);
    await h.served();
    h.origin.push([config, { path: 'b.txt', content: makeContent(10) }]);
    h.clock.advance(20_000);
    await h.served();
    expect(h.scanner.scanned.filter((path) => path === 'config.json')).toHaveLength(1);
  });

  it('never learns about a digest from bytes that were not verified', async () => {
    await using h = await Harness.over(store, new FakeScanner());
    const file = { path: 'm.bin', content: makeContent(2 * MIB, 'EVIL'), isLfs: true };
    const shown = makeContent(2 * MIB);
    h.origin.push([{ ...file, shown }]);
    await h.served();
    // An honest mirror of the same object is looked at for itself.
    await using honest = await Harness.over(store, h.scanner);
    honest.origin.push([file]);
    expect(await honest.refusal()).toMatchObject({ decision: { verdict: 'malicious' } });
  });

  it('does not judge what it cannot tell apart or what is too much, and says which', async () => {
    await using h = await Harness.over(store, new FakeScanner(), { maxFiles: 2 });
    const small = (path: string) => ({ path, content: makeContent(50) });
    h.origin.push([small('a'), small('b'), small('c')], 'many');
    h.origin.push([small('a'), small('a!b')], 'twins');
    expect((await h.refusal('many')).decision.reasons[0]?.evidence).toBe(
      'limit: 3 files, and no more than 2 are looked at',
    );
    expect((await h.refusal('twins')).decision.reasons[0]?.evidence).toBe(
      'malformed: a file is named like a member of another file',
    );
    expect(h.scanner.scanned).toEqual([]);
  });

  it('refuses a version that lists a known digest with another size', async () => {
    await using h = await Harness.over(store, new FakeScanner());
    const file = { path: 'm.bin', content: makeContent(900), isLfs: true };
    h.origin.push([file]);
    await h.served();
    h.origin.push([{ ...file, listed: { sizeBytes: 800 } }], 'lie');
    h.origin.push([{ ...file, path: 'other.bin', listed: { sizeBytes: 800 } }], 'other-lie');
    for (const ref of ['lie', 'other-lie']) {
      await expect(h.admit(ref)).rejects.toMatchObject({ code: 'upstream-invalid' });
    }
  });
});

describe('judging in the background', () => {
  it('lets people go first and runs a few at once', async () => {
    await using h = await Harness.over(store, new FakeScanner(), { parallelJudgements: 1, admitWaitMs: 1 });
    for (const ref of ['first', 'idle', 'urgent'])
      h.origin.push([{ path: ref, content: makeContent(99) }], ref);
    const door = createDoor();
    h.scanner.onScan = () => door.opened;
    const versionOf = async (ref: string) => (await h.gate.resolve(h.key, ref)).version.id;
    const never = new AbortController().signal;
    const first = h.gate.judge(await versionOf('first'), never);
    const idle = h.gate.judge(await versionOf('idle'), never);
    expect((await h.admit('urgent')).kind).toBe('pending');
    door.open();
    await Promise.all([first, idle]);
    expect(h.scanner.scanned).toEqual(['first', 'urgent', 'idle']);
    // A decision that stands is not made again.
    expect((await h.gate.judge(await versionOf('first'), never)).id).toBe((await first).id);
  });

  it('stops with its signal, unless a person waits', async () => {
    await using h = await Harness.over(store, new FakeScanner(), { admitWaitMs: 1 });
    for (const ref of ['one', 'two']) {
      h.origin.push([{ path: ref, content: makeContent(2 * MIB), isLfs: true }], ref);
    }
    const door = createDoor();
    h.scanner.onScan = () => door.opened;
    const stop = new AbortController();
    const one = await h.gate.resolve(h.key, 'one');
    const two = await h.gate.resolve(h.key, 'two');
    const jobs = [one, two].map(({ version }) => h.gate.judge(version.id, stop.signal));
    const ends = Promise.allSettled(jobs);
    while (h.scanner.scanned.length < 2) await later();
    await h.gate.admit(two);
    stop.abort(new Error('the server stops'));
    door.open();
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    while ((await h.gate.admit(two)).kind === 'pending') await later();
    expect(await store.decisions.current(one.version.id)).toBeUndefined();
  });
});

describe('what a person settled', () => {
  it('is served or refused, and survives a new engine only for the same reasons', async () => {
    const held = { path: 'm.bin', content: makeContent(2 * MIB, 'RISKY ODD'), isLfs: true };
    await using h = await Harness.over(store, new FakeScanner('engine-1', ['ODD']));
    const revision = h.origin.push([held]);
    const hold = await h.refusal();
    const at = h.clock.now();
    await store.decisions.settle(hold.decision.id, { state: 'approved', by: 'ada', reason: 'ours', at });
    expect((await h.served()).decision).toMatchObject({ id: hold.decision.id, state: 'approved' });

    const next = async (scanner: FakeScanner) => {
      const other = await Harness.over(store, scanner, {}, 'remote', h.key.name);
      other.origin.push([held]);
      return other;
    };
    // The same findings: the approval stands, under a new decision.
    await using same = await next(new FakeScanner('engine-2', ['ODD']));
    const carried = await same.served(revision);
    expect(carried.decision).toMatchObject({
      state: 'approved',
      settledBy: 'ada',
      settledReason: 'ours',
      settledAt: at,
    });
    expect(carried.decision.id).not.toBe(hold.decision.id);
    // One finding more: held again.
    await using more = await next(new FakeScanner('engine-3'));
    const again = await more.refusal(revision);
    expect(again.decision).toMatchObject({ state: 'active', effect: 'hold' });
    // Refused by a person: stays so, even for an engine that finds nothing.
    await store.decisions.settle(again.decision.id, { state: 'refused', by: 'bob', reason: 'no', at });
    expect((await more.refusal(revision)).refusal).toMatchObject({
      effect: 'block',
      line: expect.stringMatching(/^Refused by bob under policy balanced\/unsafe: no\. See http/),
    });
    await using blind = await next(new FakeScanner('engine-4', ['ODD', 'RISKY']));
    expect((await blind.refusal(revision)).decision).toMatchObject({ state: 'refused', effect: 'allow' });
  });
});
