import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileReport, Report } from '#findings';
import { type Clock, type GitOid, isGitOid, isSha256, type Sha256 } from '#kernel';
import type {
  DecisionRecord,
  NewVersion,
  PackageRecord,
  Page,
  Paged,
  RepositoryRecord,
  Store,
  VersionFile,
} from '#store';

/** A store under test, over a place of its own. */
export interface AcceptedStore extends AsyncDisposable {
  readonly store: Store;
  reopen(): Promise<Store>;
}

/** What every implementation of the store must do, whatever lies behind it. */
export function acceptStore(name: string, open: (options: { clock: Clock }) => Promise<AcceptedStore>): void {
  describe(`the store contract: ${name}`, { timeout: 60_000 }, () => {
    const clock = { time: Date.UTC(2026, 0, 1), now: () => new Date(clock.time) };
    let accepted: AcceptedStore;
    let store: Store;

    beforeAll(async () => {
      accepted = await open({ clock });
      store = accepted.store;
    }, 120_000);
    afterAll(() => accepted[Symbol.asyncDispose]());

    const reopen = async () => {
      store = await accepted.reopen();
    };
    const newRepository = () => store.repositories.create(aRepository());
    const newPackage = async (packageName = `org/${randomUUID()}`) => {
      const { id } = await newRepository();
      return store.packages.create({ repositoryId: id, type: 'model', name: packageName, isPrivate: false });
    };

    describe('repositories', () => {
      it('are created once, found, changed and deleted with all that is in them', async () => {
        const input = aRepository();
        const made = await store.repositories.create(input);
        expect(made).toMatchObject({ ...input, createdAt: clock.now() });
        await expect(store.repositories.create(input)).rejects.toMatchObject({ code: 'exists' });
        expect(await store.repositories.find(made.name)).toEqual(made);
        expect(await store.repositories.get(made.id)).toEqual(made);
        expect(await store.repositories.list()).toContainEqual(made);
        const changed = await store.repositories.update(made.name, {
          policy: 'observe',
          upstreamToken: undefined,
        });
        expect(changed).toEqual({ ...made, policy: 'observe', upstreamToken: undefined });
        expect(await store.repositories.update(made.name, {})).toEqual(changed);
        const owner = await store.packages.ensure(aPackage(made.id, 'a/b'));
        const version = await store.versions.ensure(aVersion(owner.id));
        await store.repositories.delete(made.name);
        expect(await store.repositories.find(made.name)).toBeUndefined();
        await expect(store.packages.get(owner.id)).rejects.toMatchObject({ code: 'not-found' });
        await expect(store.versions.get(version.id)).rejects.toMatchObject({ code: 'not-found' });
        expect(await store.versions.files(version.id)).toEqual([]);
      });

      it('answers for what is not there', async () => {
        expect(await store.repositories.find('nothing')).toBeUndefined();
        for (const id of [randomUUID(), 'x', '', "'; drop table packages; --"]) {
          await expect(store.repositories.get(id)).rejects.toMatchObject({ code: 'not-found' });
          await expect(store.repositories.delete(id)).rejects.toMatchObject({ code: 'not-found' });
          await expect(store.repositories.update(id, {})).rejects.toMatchObject({ code: 'not-found' });
          await expect(store.packages.get(id)).rejects.toMatchObject({ code: 'not-found' });
          await expect(store.packages.delete(id)).rejects.toMatchObject({ code: 'not-found' });
          await expect(store.versions.get(id)).rejects.toMatchObject({ code: 'not-found' });
          await expect(store.packages.create(aPackage(id, 'a'))).rejects.toMatchObject({ code: 'not-found' });
          await expect(store.versions.ensure(aVersion(id))).rejects.toMatchObject({ code: 'not-found' });
          await expect(store.tokens.revoke(id, clock.now())).rejects.toMatchObject({ code: 'not-found' });
          expect(await store.decisions.find(id)).toBeUndefined();
          expect(await store.decisions.current(id)).toBeUndefined();
          expect(await store.uploads.find(id)).toBeUndefined();
          expect(await store.versions.find(id, 'main')).toBeUndefined();
        }
      });
    });

    describe('packages', () => {
      it('have names that are unique without regard to case', async () => {
        const { id } = await newRepository();
        const made = await store.packages.create(aPackage(id, 'Org/Straße-İ'));
        await expect(store.packages.create(aPackage(id, 'oRG/STRASSE-i̇'))).rejects.toMatchObject({
          code: 'exists',
        });
        expect(await store.packages.find(id, 'model', 'ORG/straße-İ')).toEqual(made);
        expect(await store.packages.ensure(aPackage(id, 'org/STRAßE-i̇'))).toEqual(made);
        expect(await store.packages.find(id, 'dataset', 'Org/Straße-İ')).toBeUndefined();
        const other = await store.packages.create(aPackage(id, 'org/other'));
        await expect(store.packages.update(other.id, { name: made.name })).rejects.toMatchObject({
          code: 'exists',
        });
        expect(await store.packages.update(other.id, { name: 'Org/Renamed', isPrivate: true })).toMatchObject(
          {
            name: 'Org/Renamed',
            isPrivate: true,
          },
        );
      });

      it('are made once by many who want them at the same time', async () => {
        const { id } = await newRepository();
        const made = await Promise.all(
          Array.from({ length: 20 }, (_, i) => store.packages.ensure(aPackage(id, i % 2 ? 'A/b' : 'a/B'))),
        );
        expect(new Set(made.map((record) => record.id)).size).toBe(1);
      });

      it('are listed in pages, each once, by name, type, author and search', async () => {
        const { id } = await newRepository();
        const names = Array.from({ length: 23 }, (_, i) => `Team-${i % 3}/m%_${i}`);
        for (const packageName of names) await store.packages.create(aPackage(id, packageName));
        await store.packages.create({ ...aPackage(id, 'Team-0/m%_0'), type: 'dataset' });
        const all = await readAll((page) => store.packages.list({ repositoryId: id }, page), 5);
        expect(all).toHaveLength(24);
        expect(new Set(all.map((record) => record.id)).size).toBe(24);
        const list = (filter: object) =>
          readAll((page) => store.packages.list({ repositoryId: id, ...filter }, page), 4);
        expect(await list({ type: 'dataset' })).toHaveLength(1);
        expect(await list({ author: 'TEAM-1' })).toHaveLength(8);
        expect(await list({ author: 'team-' })).toEqual([]);
        expect(await list({ search: 'M%_2', type: 'model' })).toHaveLength(4); // 2, 20, 21, 22
        expect(await list({ search: 'm__' })).toEqual([]); // not a pattern
        await expect(
          store.packages.list({ repositoryId: id }, { limit: 2, after: 'no cursor' }),
        ).rejects.toMatchObject({ code: 'invalid-value' });
      });
    });

    describe('versions and refs', () => {
      it('keep files as they were given, once, and take digests later', async () => {
        const owner = await newPackage();
        const input = aVersion(owner.id, {
          files: Array.from({ length: 12_000 }, (_, i) => aFile(`d/${i}`)),
        });
        const made = await store.versions.ensure(input);
        const { files, ...rest } = input;
        expect(made).toMatchObject(rest);
        expect(await store.versions.ensure({ ...input, title: 'other', files: [] })).toEqual(made);
        const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
        expect(await store.versions.files(made.id)).toEqual(sorted);
        const digest = aSha256();
        await store.versions.setFileDigest(made.id, 'd/7', digest);
        expect((await store.versions.file(made.id, 'd/7'))?.sha256).toBe(digest);
        await expect(store.versions.setFileDigest(made.id, 'd/x', digest)).rejects.toMatchObject({
          code: 'not-found',
        });
        expect(await store.versions.file(made.id, 'D/7')).toBeUndefined();
      });

      it('moves a branch only from the revision that the caller saw', async () => {
        const { id } = await newPackage();
        const commits = Array.from({ length: 8 }, () => ({
          ...aVersion(id),
          branch: 'main',
          expected: undefined,
        }));
        const outcomes = await Promise.allSettled(commits.map((commit) => store.versions.commit(commit)));
        const [won] = outcomes.filter(({ status }) => status === 'fulfilled');
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' });
        }
        const first = won?.status === 'fulfilled' ? won.value : undefined;
        expect((await store.refs.find(id, 'main'))?.revision).toBe(first?.revision);
        expect((await store.versions.list(id, { limit: 10 })).items).toHaveLength(1); // losers leave nothing
        const second = aVersion(id, { parents: [first?.revision ?? ''] });
        await store.versions.commit({ ...second, branch: 'main', expected: first?.revision });
        const stale = { ...aVersion(id), branch: 'main', expected: first?.revision };
        await expect(store.versions.commit(stale)).rejects.toMatchObject({ code: 'conflict' });
        expect((await store.refs.find(id, 'main'))?.revision).toBe(second.revision);
      });

      it('lists newest first, and history along first parents', async () => {
        const { id } = await newPackage();
        const line: NewVersion[] = [];
        for (let i = 0; i < 9; i += 1) {
          const last = line.at(-1)?.revision;
          const parents = last === undefined ? [] : [last, aGitOid()];
          line.push(aVersion(id, { parents, createdAt: new Date(clock.time + Math.floor(i / 3) * 1000) }));
        }
        for (const version of line) await store.versions.ensure(version);
        const tip = line.at(-1)?.revision ?? '';
        const history = await readAll((page) => store.versions.history(id, tip, page), 4);
        expect(history.map(({ revision }) => revision)).toEqual(line.map((v) => v.revision).reverse());
        const listed = await readAll((page) => store.versions.list(id, page), 2);
        const times = listed.map(({ createdAt }) => createdAt.getTime());
        expect(times).toEqual([...times].sort((a, b) => b - a));
        expect(new Set(listed.map((v) => v.revision)).size).toBe(9);
      });

      it('creates, puts and deletes refs', async () => {
        const { id } = await newPackage();
        const ref = { kind: 'tag', name: 'v1', revision: aGitOid() } as const;
        await store.refs.create(id, ref);
        await expect(store.refs.create(id, ref)).rejects.toMatchObject({ code: 'exists' });
        const moved = { ...ref, revision: aGitOid(), checkedAt: new Date(clock.time + 5) };
        await store.refs.put(id, moved);
        expect(await store.refs.list(id)).toEqual([moved]);
        await store.refs.delete(id, 'v1');
        await expect(store.refs.delete(id, 'v1')).rejects.toMatchObject({ code: 'not-found' });
        await expect(store.refs.create(randomUUID(), ref)).rejects.toMatchObject({ code: 'not-found' });
      });
    });

    describe('decisions and reports', () => {
      it('supersede an active decision and never one that a person settled', async () => {
        const versionId = randomUUID();
        const first = await store.decisions.record(aDecision(versionId));
        expect(await store.decisions.current(versionId)).toEqual(first);
        const held = await store.decisions.record(aDecision(versionId, { effect: 'hold' }));
        expect((await store.decisions.find(first.id))?.state).toBe('superseded');
        const at = new Date(clock.time + 1);
        const settlement = { state: 'approved', by: 'ada', reason: 'read it', at } as const;
        await expect(store.decisions.settle(first.id, settlement)).rejects.toMatchObject({
          code: 'conflict',
        });
        const settled = await store.decisions.settle(held.id, settlement);
        expect(settled).toEqual({
          ...held,
          state: 'approved',
          settledBy: 'ada',
          settledReason: 'read it',
          settledAt: at,
        });
        await expect(store.decisions.settle(held.id, settlement)).rejects.toMatchObject({ code: 'conflict' });
        expect(await store.decisions.current(versionId)).toEqual(settled);
        const last = await store.decisions.record(aDecision(versionId));
        expect(await store.decisions.current(versionId)).toEqual(last);
        expect((await store.decisions.find(held.id))?.state).toBe('approved');
        await expect(store.decisions.settle(randomUUID(), settlement)).rejects.toMatchObject({
          code: 'not-found',
        });
      });

      it('leave one active decision of many made at the same time, and outlive their package', async () => {
        const owner = await newPackage();
        const version = await store.versions.ensure(aVersion(owner.id));
        const repository = `r-${randomUUID()}`;
        const input = aDecision(version.id, { repository, packageName: 'Org/Mixed' });
        await Promise.all(Array.from({ length: 12 }, () => store.decisions.record(input)));
        await store.packages.delete(owner.id);
        const all = await readAll((page) => store.decisions.list({ repository }, page), 5);
        expect(all).toHaveLength(12);
        expect(all.filter(({ state }) => state === 'active')).toEqual(all.slice(0, 1));
        const by = async (filter: Parameters<Store['decisions']['list']>[0]) =>
          (await store.decisions.list({ repository, ...filter }, { limit: 100 })).items.length;
        expect(await by({ packageName: 'oRG/mixed' })).toBe(12);
        expect(await by({ state: 'superseded', effect: 'allow' })).toBe(11);
        expect(await by({ effect: 'block' })).toBe(0);
      });

      it('stores a report under the digest of its canonical JSON, whatever text is in it', async () => {
        const report = aReport('a\0b\ud800"\u2028');
        const digest = await store.reports.put(report);
        const shuffled = Object.fromEntries(Object.entries(report).reverse()) as unknown as Report;
        expect(await store.reports.put(shuffled)).toBe(digest);
        expect(await store.reports.get(digest)).toEqual(report);
        await expect(store.reports.get(aSha256())).rejects.toMatchObject({ code: 'not-found' });
        const key = { sha256: aSha256(), engineFingerprint: 'e', path: 'x\0y' };
        expect(await store.reports.findFile(key)).toBeUndefined();
        await store.reports.putFile(key, []);
        await store.reports.putFile(key, report.files);
        expect(await store.reports.findFile(key)).toEqual(report.files);
        expect(await store.reports.findFile({ ...key, engineFingerprint: 'f' })).toBeUndefined();
      });
    });

    describe('tokens and settings', () => {
      it('finds tokens by hash, and keeps the earliest revocation and the latest use', async () => {
        const hash = aSha256();
        const scopes = [{ repository: '*', action: 'read' }] as const;
        const made = await store.tokens.create({ name: 'ci', scopes, expiresAt: undefined, hash });
        await expect(
          store.tokens.create({ name: 'ci', scopes, expiresAt: undefined, hash }),
        ).rejects.toMatchObject({ code: 'exists' });
        const at = (ms: number) => new Date(clock.time + ms);
        await store.tokens.touch(made.id, at(5));
        await store.tokens.touch(made.id, at(3));
        await store.tokens.revoke(made.id, at(7));
        await store.tokens.revoke(made.id, at(9));
        const known = { ...made, lastUsedAt: at(5), revokedAt: at(7) };
        expect(await store.tokens.findByHash(hash)).toEqual(known);
        expect(await store.tokens.list()).toContainEqual(known);
      });

      it('agrees on one value of a setting', async () => {
        const key = randomUUID();
        expect(await store.settings.get(key)).toBeUndefined();
        const kept = await Promise.all([1, 2, 3].map((n) => store.settings.init(key, { n, text: '\0' })));
        expect(new Set(kept.map((value) => JSON.stringify(value))).size).toBe(1);
        expect(await store.settings.get(key)).toEqual(kept[0]);
      });
    });

    describe('blobs', () => {
      it('are visible when they are committed, and then as a whole', async () => {
        const bytes = randomBytes(3_000_001);
        await using staged = await store.blobs.stage({ sizeBytes: bytes.length, wantGitOid: true });
        for (let at = 0; at < bytes.length; at += 70_001) await staged.write(bytes.subarray(at, at + 70_001));
        const found = await staged.finish();
        expect(found).toEqual({
          sha256: sha256Of(bytes),
          sizeBytes: bytes.length,
          gitOid: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
        });
        expect(await store.blobs.find(found.sha256)).toBeUndefined();
        await expect(store.blobs.open(found.sha256)).rejects.toMatchObject({ code: 'not-found' });
        await expect(store.blobs.stream(found.sha256)).rejects.toMatchObject({ code: 'not-found' });
        const rescan = staged.source();
        expect(
          Buffer.from(await rescan.read(1_000_000, 99)).equals(bytes.subarray(1_000_000, 1_000_099)),
        ).toBe(true);
        await expect(rescan.read(bytes.length - 1, 2)).rejects.toMatchObject({ code: 'out-of-range' });
        await staged.commit({ sha256: found.sha256 });
        expect(Buffer.from(await staged.read(5, 5)).equals(bytes.subarray(5, 10))).toBe(true); // followers read on
        expect(await store.blobs.find(found.sha256)).toEqual({
          sha256: found.sha256,
          sizeBytes: bytes.length,
        });
        await using source = await store.blobs.open(found.sha256);
        expect(source.sizeBytes).toBe(bytes.length);
        expect(Buffer.from(await source.read(0, bytes.length)).equals(bytes)).toBe(true);
        const ranges = fc.tuple(fc.nat(bytes.length), fc.nat(bytes.length));
        await fc.assert(
          fc.asyncProperty(ranges, async ([a, b]) => {
            const range = { start: Math.min(a, b), end: Math.max(a, b) };
            const chunks = await (await store.blobs.stream(found.sha256, range)).toArray();
            expect(Buffer.concat(chunks).equals(bytes.subarray(range.start, range.end))).toBe(true);
          }),
          { numRuns: 20 },
        );
      });

      it('are refused when they are not what was promised', async () => {
        const stage = async (options: Parameters<Store['blobs']['stage']>[0], bytes: Uint8Array) => {
          const staged = await store.blobs.stage(options);
          await staged.write(bytes);
          return staged;
        };
        const bytes = randomBytes(100);
        await using small = await store.blobs.stage({ sizeBytes: 99 });
        await expect(small.write(bytes)).rejects.toMatchObject({ code: 'size-mismatch' });
        for (const [options, expected, code] of [
          [{ sizeBytes: 101 }, {}, 'size-mismatch'],
          [{}, { sizeBytes: 99 }, 'size-mismatch'],
          [{}, { sha256: aSha256() }, 'digest-mismatch'],
          [{}, { gitOid: aGitOid() }, 'digest-mismatch'],
          [{ sizeBytes: 100, wantGitOid: true }, { gitOid: aGitOid() }, 'digest-mismatch'],
        ] as const) {
          await using staged = await stage(options, bytes);
          await expect(staged.commit(expected)).rejects.toMatchObject({ code });
          await expect(staged.read(0, 1)).rejects.toMatchObject({ code: 'unreadable' });
        }
        expect(await store.blobs.find(sha256Of(bytes))).toBeUndefined();
      });

      it('are stored once by many writers of the same bytes', async () => {
        for (const bytes of [randomBytes(10_000), new Uint8Array(0)]) {
          const infos = await Promise.all(Array.from({ length: 8 }, () => putBlob(store, bytes)));
          expect(new Set(infos).size).toBe(1);
        }
      });
    });

    describe('uploads', () => {
      const partBytes = 1000;
      const bytes = randomBytes(3500);
      const partOf = (n: number) => bytes.subarray((n - 1) * partBytes, n * partBytes);
      const begin = async () => {
        const owner = await newPackage();
        const upload = { packageId: owner.id, sha256: sha256Of(bytes), sizeBytes: bytes.length, partBytes };
        const expiresAt = new Date(clock.time + 60_000);
        return store.uploads.begin({ ...upload, expiresAt });
      };

      it('survive a restart, take parts in any order and again, and end in a blob', async () => {
        const upload = await begin();
        const { id } = upload;
        expect(await store.uploads.begin(upload)).toEqual(upload);
        const etags = new Map<number, string>();
        for (const n of [4, 2, 1]) etags.set(n, await store.uploads.writePart(id, n, from(partOf(n), 300)));
        const parts = () => [...etags].map(([partNumber, etag]) => ({ partNumber, etag }));
        await expect(store.uploads.complete(id, parts())).rejects.toMatchObject({ code: 'conflict' });
        await reopen();
        expect(await store.uploads.find(id)).toEqual(upload);
        etags.set(3, await store.uploads.writePart(id, 3, from(randomBytes(partBytes), 300)));
        await expect(store.uploads.complete(id, parts())).rejects.toMatchObject({ code: 'digest-mismatch' });
        const wrong = etags.get(3) ?? '';
        etags.set(3, await store.uploads.writePart(id, 3, from(partOf(3), 300)));
        const stale = [...parts().filter((part) => part.partNumber !== 3), { partNumber: 3, etag: wrong }];
        await expect(store.uploads.complete(id, stale)).rejects.toMatchObject({ code: 'conflict' });
        await store.uploads.complete(id, parts());
        expect((await store.blobs.find(upload.sha256))?.sizeBytes).toBe(bytes.length);
        expect(await store.uploads.find(id)).toBeUndefined();
        await expect(store.uploads.complete(id, parts())).rejects.toMatchObject({ code: 'not-found' });
      });

      it('refuses parts of another size, and keeps an earlier try', async () => {
        const { id } = await begin();
        const etag = await store.uploads.writePart(id, 1, from(partOf(1), 300));
        for (const [n, body] of [
          [1, bytes.subarray(0, 999)],
          [1, bytes.subarray(0, 1001)],
          [4, bytes.subarray(0, 501)],
          [0, new Uint8Array(0)],
          [5, new Uint8Array(0)],
          [1.5, partOf(1)],
        ] as const) {
          const writing = store.uploads.writePart(id, n, from(body, 300));
          await expect(writing).rejects.toMatchObject({ code: 'size-mismatch' });
        }
        const broken = (async function* () {
          yield partOf(1).subarray(0, 10);
          throw new Error('the client left');
        })();
        await expect(store.uploads.writePart(id, 1, broken)).rejects.toThrow('the client left');
        const rest = await Promise.all(
          [2, 3, 4].map((n) => store.uploads.writePart(id, n, from(partOf(n), 9))),
        );
        await store.uploads.complete(
          id,
          [etag, ...rest].map((tag, i) => ({ partNumber: i + 1, etag: tag })),
        );
      });

      it('forgets what is aborted or expired', async () => {
        const [aborted, expiring] = [await begin(), await begin()];
        await store.uploads.writePart(aborted.id, 1, from(partOf(1), 300));
        await store.uploads.abort(aborted.id);
        expect(await store.uploads.find(aborted.id)).toBeUndefined();
        clock.time += 60_001;
        expect(await store.uploads.find(expiring.id)).toBeUndefined();
        await expect(store.uploads.writePart(expiring.id, 1, from(partOf(1), 300))).rejects.toMatchObject({
          code: 'not-found',
        });
        expect(await store.uploads.deleteExpired(clock.now())).toBeGreaterThan(0);
        expect(await store.uploads.deleteExpired(clock.now())).toBe(0);
      });
    });

    describe('the queue', () => {
      it('runs jobs, the urgent first, one per key, and lists those that fail to the end', async () => {
        const seen: unknown[] = [];
        await store.queue.send('sweep-uploads', { n: 1 }, { singletonKey: 'a' });
        await store.queue.send('sweep-uploads', { n: 2 }, { singletonKey: 'a' }); // there is one
        await store.queue.send('sweep-uploads', { n: 3 }, { priority: 5 });
        await store.queue.send('sweep-uploads', 'broken', { retryLimit: 1, priority: -1 });
        await store.queue.work(
          'sweep-uploads',
          async (payload) => {
            seen.push(payload);
            if (payload === 'broken') throw new Error('it is broken');
          },
          1,
        );
        await until(async () => (await store.queue.failed()).length > 0, 40_000);
        expect(seen).toEqual([{ n: 3 }, { n: 1 }, 'broken', 'broken']);
        const [failed] = await store.queue.failed();
        expect(failed).toMatchObject({ kind: 'sweep-uploads', payload: 'broken' });
        expect(failed?.message).toContain('it is broken');
        await store.queue.send('sweep-uploads', { n: 4 }, { singletonKey: 'a' }); // its key is free again
        await until(async () => seen.length === 5, 20_000);
      });
    });

    it('refuses text that the database cannot hold, everywhere, and keeps any other', async () => {
      const owner = await newPackage();
      for (const bad of ['a\0b', 'a\ud800b', '\udc00']) {
        const invalid = { code: 'invalid-value' };
        await expect(store.repositories.find(bad)).rejects.toMatchObject(invalid);
        await expect(store.packages.ensure(aPackage(owner.repositoryId, bad))).rejects.toMatchObject(invalid);
        await expect(
          store.versions.ensure(aVersion(owner.id, { files: [aFile(bad)] })),
        ).rejects.toMatchObject(invalid);
        await expect(store.versions.ensure(aVersion(owner.id, { title: bad }))).rejects.toMatchObject(
          invalid,
        );
        await expect(store.refs.find(owner.id, bad)).rejects.toMatchObject(invalid);
        await expect(store.queue.send('judge-version', { versionId: bad })).rejects.toMatchObject(invalid);
      }
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), async (text) => {
          const path = text.replaceAll('\0', '\\');
          const version = await store.versions.ensure(
            aVersion(owner.id, { title: path, author: path, info: { [text]: text }, files: [aFile(path)] }),
          );
          expect(await store.versions.get(version.id)).toMatchObject({ title: path, info: { [text]: text } });
          expect(await store.versions.file(version.id, path)).toMatchObject({ path });
        }),
        { numRuns: 50 },
      );
    });

    it('closes in any state, more than once, and then refuses', async () => {
      const extra = await open({ clock });
      await extra.store.queue.work('judge-version', () => new Promise(() => {}), 1);
      await extra.store.queue.send('judge-version', {});
      await using staged = await extra.store.blobs.stage({});
      await staged.write(randomBytes(10));
      const pending = extra.store.settings.init('x', 1);
      await Promise.all([extra[Symbol.asyncDispose](), extra.store[Symbol.asyncDispose]()]);
      expect(await pending).toBe(1);
      await expect(extra.store.ping()).rejects.toMatchObject({ code: 'closed' });
      await expect(extra.store.queue.send('judge-version', {})).rejects.toMatchObject({ code: 'closed' });
    });
  });
}

/** All items of a list, in pages. */
async function readAll<T>(read: (page: Page) => Promise<Paged<T>>, limit: number): Promise<T[]> {
  const items: T[] = [];
  for (let after: string | undefined, pages = 0; pages < 1000; pages += 1) {
    const page = await read(after === undefined ? { limit } : { limit, after });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    after = page.next;
    if (after === undefined) return items;
  }
  throw new Error('a list without an end');
}

async function until(isDone: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(50)) if (await isDone()) return;
  throw new Error('it did not happen in time');
}

async function putBlob(store: Store, bytes: Uint8Array): Promise<Sha256> {
  await using staged = await store.blobs.stage({});
  await staged.write(bytes);
  return (await staged.commit()).sha256;
}

async function* from(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

function sha256Of(bytes: Uint8Array): Sha256 {
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (!isSha256(digest)) throw new TypeError('not a digest');
  return digest;
}

function aSha256(): Sha256 {
  return sha256Of(randomBytes(8));
}

function aGitOid(): GitOid {
  const oid = randomBytes(20).toString('hex');
  if (!isGitOid(oid)) throw new TypeError('not a digest');
  return oid;
}

function aRepository(): Omit<RepositoryRecord, 'id' | 'createdAt'> {
  return {
    name: `r-${randomUUID()}`,
    protocol: 'huggingface',
    kind: 'remote',
    upstreamUrl: 'https://hub.test',
    upstreamToken: 'hf_x',
    policy: 'balanced',
  };
}

function aPackage(
  repositoryId: string,
  name: string,
): Pick<PackageRecord, 'repositoryId' | 'type' | 'name' | 'isPrivate'> {
  return { repositoryId, type: 'model', name, isPrivate: false };
}

function aFile(path: string): VersionFile {
  return { path, sizeBytes: 2 ** 45 + 1, gitOid: aGitOid(), sha256: undefined, isLfs: true };
}

function aVersion(packageId: string, change: Partial<NewVersion> = {}): NewVersion {
  return {
    packageId,
    revision: aGitOid(),
    parents: [],
    title: 'a title',
    message: 'a message\n',
    author: 'ada',
    createdAt: new Date(Date.UTC(2025, 5, 1)),
    info: { tags: ['x'], nested: { empty: null } },
    files: [aFile('README.md')],
    ...change,
  };
}

function aDecision(versionId: string, change: Partial<DecisionRecord> = {}): Omit<DecisionRecord, 'id'> {
  return {
    versionId,
    repository: 'hub',
    protocol: 'huggingface',
    packageType: 'model',
    packageName: 'org/model',
    version: aGitOid(),
    effect: 'allow',
    state: 'active',
    verdict: 'clean',
    reasons: [{ policyRule: 'balanced/clean', effect: 'allow', message: 'a\0b\ud800', file: 'x!y' }],
    policy: 'balanced',
    policyDigest: aSha256(),
    engineFingerprint: 'engine',
    reportDigest: aSha256(),
    readBytes: 2 ** 40,
    elapsedMs: 12,
    decidedAt: new Date(Date.UTC(2026, 0, 2)),
    settledBy: undefined,
    settledReason: undefined,
    settledAt: undefined,
    ...change,
  };
}

function aReport(text: string): Report {
  const file: FileReport = {
    path: text,
    format: 'pickle',
    verdict: 'clean',
    findings: [{ rule: 'x/y', message: text, confidence: 'high', place: { offset: 3 } }],
    coverage: { sizeBytes: 1, readBytes: 1, dataBytes: 0, gaps: [] },
  };
  return {
    schema: 'sallyport.report/1',
    engine: { name: 'sallyport', version: '0.0.0', fingerprint: 'f' },
    verdict: 'clean',
    coverage: { fileCount: 1, sizeBytes: 1, readBytes: 1, gapCount: 0 },
    files: [file],
  };
}
