import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NewVersion } from '#store';
import {
  aFile,
  aGitOid,
  aPackage,
  aRepository,
  aSha256,
  aVersion,
  readAll,
  type StoreContext,
} from './store-samples.ts';

/** Repositories, packages, versions, refs, and the text in all of them. */
export function acceptNames(context: StoreContext): void {
  describe('repositories', () => {
    it('are created once, found, changed and deleted with all that is in them', async () => {
      const input = aRepository();
      const made = await context.store.repositories.create(input);
      expect(made).toMatchObject({ ...input, createdAt: context.clock.now() });
      await expect(context.store.repositories.create(input)).rejects.toMatchObject({ code: 'exists' });
      expect(await context.store.repositories.find(made.name)).toEqual(made);
      expect(await context.store.repositories.get(made.id)).toEqual(made);
      expect(await context.store.repositories.list()).toContainEqual(made);
      const changed = await context.store.repositories.update(made.name, {
        policy: 'observe',
        upstreamToken: undefined,
      });
      expect(changed).toEqual({ ...made, policy: 'observe', upstreamToken: undefined });
      expect(await context.store.repositories.update(made.name, {})).toEqual(changed);
      const owner = await context.store.packages.ensure(aPackage(made.id, 'a/b'));
      const version = await context.store.versions.ensure(aVersion(owner.id));
      await context.store.repositories.delete(made.name);
      expect(await context.store.repositories.find(made.name)).toBeUndefined();
      await expect(context.store.packages.get(owner.id)).rejects.toMatchObject({ code: 'not-found' });
      await expect(context.store.versions.get(version.id)).rejects.toMatchObject({ code: 'not-found' });
      expect(await context.store.versions.files(version.id)).toEqual([]);
    });

    it('answers for what is not there', async () => {
      expect(await context.store.repositories.find('nothing')).toBeUndefined();
      for (const id of [randomUUID(), 'x', '', "'; drop table packages; --"]) {
        await expect(context.store.repositories.get(id)).rejects.toMatchObject({ code: 'not-found' });
        await expect(context.store.repositories.delete(id)).rejects.toMatchObject({ code: 'not-found' });
        await expect(context.store.repositories.update(id, {})).rejects.toMatchObject({ code: 'not-found' });
        await expect(context.store.packages.get(id)).rejects.toMatchObject({ code: 'not-found' });
        await expect(context.store.packages.delete(id)).rejects.toMatchObject({ code: 'not-found' });
        await expect(context.store.versions.get(id)).rejects.toMatchObject({ code: 'not-found' });
        await expect(context.store.packages.create(aPackage(id, 'a'))).rejects.toMatchObject({
          code: 'not-found',
        });
        await expect(context.store.versions.ensure(aVersion(id))).rejects.toMatchObject({
          code: 'not-found',
        });
        await expect(context.store.tokens.revoke(id, context.clock.now())).rejects.toMatchObject({
          code: 'not-found',
        });
        expect(await context.store.decisions.find(id)).toBeUndefined();
        expect(await context.store.decisions.current(id)).toBeUndefined();
        expect(await context.store.uploads.find(id)).toBeUndefined();
        expect(await context.store.versions.find(id, 'main')).toBeUndefined();
      }
    });
  });

  describe('packages', () => {
    it('have names that are unique without regard to case', async () => {
      const { id } = await context.newRepository();
      const made = await context.store.packages.create(aPackage(id, 'Org/Straße-İ'));
      await expect(context.store.packages.create(aPackage(id, 'oRG/STRASSE-i̇'))).rejects.toMatchObject({
        code: 'exists',
      });
      expect(await context.store.packages.find(id, 'model', 'ORG/straße-İ')).toEqual(made);
      expect(await context.store.packages.ensure(aPackage(id, 'org/STRAßE-i̇'))).toEqual(made);
      expect(await context.store.packages.find(id, 'dataset', 'Org/Straße-İ')).toBeUndefined();
      const other = await context.store.packages.create(aPackage(id, 'org/other'));
      await expect(context.store.packages.update(other.id, { name: made.name })).rejects.toMatchObject({
        code: 'exists',
      });
      expect(
        await context.store.packages.update(other.id, { name: 'Org/Renamed', isPrivate: true }),
      ).toMatchObject({
        name: 'Org/Renamed',
        isPrivate: true,
      });
    });

    it('are made once by many who want them at the same time', async () => {
      const { id } = await context.newRepository();
      const made = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          context.store.packages.ensure(aPackage(id, i % 2 ? 'A/b' : 'a/B')),
        ),
      );
      expect(new Set(made.map((record) => record.id)).size).toBe(1);
    });

    it('are listed in pages, each once, by name, type, author and search', async () => {
      const { id } = await context.newRepository();
      const names = Array.from({ length: 23 }, (_, i) => `Team-${i % 3}/m%_${i}`);
      for (const packageName of names) await context.store.packages.create(aPackage(id, packageName));
      await context.store.packages.create({ ...aPackage(id, 'Team-0/m%_0'), type: 'dataset' });
      const all = await readAll((page) => context.store.packages.list({ repositoryId: id }, page), 5);
      expect(all).toHaveLength(24);
      expect(new Set(all.map((record) => record.id)).size).toBe(24);
      const list = (filter: object) =>
        readAll((page) => context.store.packages.list({ repositoryId: id, ...filter }, page), 4);
      expect(await list({ type: 'dataset' })).toHaveLength(1);
      expect(await list({ author: 'TEAM-1' })).toHaveLength(8);
      expect(await list({ author: 'team-' })).toEqual([]);
      expect(await list({ search: 'M%_2', type: 'model' })).toHaveLength(4); // 2, 20, 21, 22
      expect(await list({ search: 'm__' })).toEqual([]); // not a pattern
      await expect(
        context.store.packages.list({ repositoryId: id }, { limit: 2, after: 'no cursor' }),
      ).rejects.toMatchObject({ code: 'invalid-value' });
    });
  });

  describe('versions and refs', () => {
    it('keep files as they were given, once, and take digests later', async () => {
      const owner = await context.newPackage();
      const input = aVersion(owner.id, {
        files: Array.from({ length: 12_000 }, (_, i) => aFile(`d/${i}`)),
      });
      const made = await context.store.versions.ensure(input);
      const { files, ...rest } = input;
      expect(made).toMatchObject(rest);
      expect(await context.store.versions.ensure({ ...input, title: 'other', files: [] })).toEqual(made);
      const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
      expect(await context.store.versions.files(made.id)).toEqual(sorted);
      const digest = aSha256();
      await context.store.versions.setFileDigest(made.id, 'd/7', digest);
      expect((await context.store.versions.file(made.id, 'd/7'))?.sha256).toBe(digest);
      await expect(context.store.versions.setFileDigest(made.id, 'd/x', digest)).rejects.toMatchObject({
        code: 'not-found',
      });
      expect(await context.store.versions.file(made.id, 'D/7')).toBeUndefined();
    });

    it('moves a branch only from the revision that the caller saw', async () => {
      const { id } = await context.newPackage();
      const commits = Array.from({ length: 8 }, () => ({
        ...aVersion(id),
        branch: 'main',
        expected: undefined,
      }));
      const outcomes = await Promise.allSettled(
        commits.map((commit) => context.store.versions.commit(commit)),
      );
      const [won] = outcomes.filter(({ status }) => status === 'fulfilled');
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' });
      }
      const first = won?.status === 'fulfilled' ? won.value : undefined;
      expect((await context.store.refs.find(id, 'main'))?.revision).toBe(first?.revision);
      expect((await context.store.versions.list(id, { limit: 10 })).items).toHaveLength(1); // losers leave nothing
      const second = aVersion(id, { parents: [first?.revision ?? ''] });
      await context.store.versions.commit({ ...second, branch: 'main', expected: first?.revision });
      const stale = { ...aVersion(id), branch: 'main', expected: first?.revision };
      await expect(context.store.versions.commit(stale)).rejects.toMatchObject({ code: 'conflict' });
      expect((await context.store.refs.find(id, 'main'))?.revision).toBe(second.revision);
    });

    it('lists newest first, and history along first parents', async () => {
      const { id } = await context.newPackage();
      const line: NewVersion[] = [];
      for (let i = 0; i < 9; i += 1) {
        const last = line.at(-1)?.revision;
        const parents = last === undefined ? [] : [last, aGitOid()];
        line.push(
          aVersion(id, { parents, createdAt: new Date(context.clock.time + Math.floor(i / 3) * 1000) }),
        );
      }
      for (const version of line) await context.store.versions.ensure(version);
      const tip = line.at(-1)?.revision ?? '';
      const history = await readAll((page) => context.store.versions.history(id, tip, page), 4);
      expect(history.map(({ revision }) => revision)).toEqual(line.map((v) => v.revision).reverse());
      const listed = await readAll((page) => context.store.versions.list(id, page), 2);
      const times = listed.map(({ createdAt }) => createdAt.getTime());
      expect(times).toEqual([...times].sort((a, b) => b - a));
      expect(new Set(listed.map((v) => v.revision)).size).toBe(9);
    });

    it('creates, puts and deletes refs', async () => {
      const { id } = await context.newPackage();
      const ref = { kind: 'tag', name: 'v1', revision: aGitOid() } as const;
      await context.store.refs.create(id, ref);
      await expect(context.store.refs.create(id, ref)).rejects.toMatchObject({ code: 'exists' });
      const moved = { ...ref, revision: aGitOid(), checkedAt: new Date(context.clock.time + 5) };
      await context.store.refs.put(id, moved);
      expect(await context.store.refs.list(id)).toEqual([moved]);
      await context.store.refs.delete(id, 'v1');
      await expect(context.store.refs.delete(id, 'v1')).rejects.toMatchObject({ code: 'not-found' });
      await expect(context.store.refs.create(randomUUID(), ref)).rejects.toMatchObject({ code: 'not-found' });
    });
  });

  it('refuses text that the database cannot hold, everywhere, and keeps any other', async () => {
    const owner = await context.newPackage();
    for (const bad of ['a\0b', 'a\ud800b', '\udc00']) {
      const invalid = { code: 'invalid-value' };
      await expect(context.store.repositories.find(bad)).rejects.toMatchObject(invalid);
      await expect(context.store.packages.ensure(aPackage(owner.repositoryId, bad))).rejects.toMatchObject(
        invalid,
      );
      await expect(
        context.store.versions.ensure(aVersion(owner.id, { files: [aFile(bad)] })),
      ).rejects.toMatchObject(invalid);
      await expect(context.store.versions.ensure(aVersion(owner.id, { title: bad }))).rejects.toMatchObject(
        invalid,
      );
      await expect(context.store.refs.find(owner.id, bad)).rejects.toMatchObject(invalid);
      await expect(context.store.queue.send('judge-version', { versionId: bad })).rejects.toMatchObject(
        invalid,
      );
    }
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), async (text) => {
        const path = text.replaceAll('\0', '\\');
        const version = await context.store.versions.ensure(
          aVersion(owner.id, { title: path, author: path, info: { [text]: text }, files: [aFile(path)] }),
        );
        expect(await context.store.versions.get(version.id)).toMatchObject({
          title: path,
          info: { [text]: text },
        });
        expect(await context.store.versions.file(version.id, path)).toMatchObject({ path });
      }),
      { numRuns: 50 },
    );
  });
}
