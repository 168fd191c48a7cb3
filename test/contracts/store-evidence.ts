import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Report } from '#findings';
import type { Store } from '#store';
import { aDecision, aReport, aSha256, aVersion, readAll, type StoreContext } from './store-samples.ts';

/** Decisions, reports, tokens, settings. */
export function acceptEvidence(context: StoreContext): void {
  describe('decisions and reports', () => {
    it('supersede an active decision and never one that a person settled', async () => {
      const versionId = randomUUID();
      const first = await context.store.decisions.record(aDecision(versionId));
      expect(await context.store.decisions.current(versionId)).toEqual(first);
      const held = await context.store.decisions.record(aDecision(versionId, { effect: 'hold' }));
      expect((await context.store.decisions.find(first.id))?.state).toBe('superseded');
      const at = new Date(context.clock.time + 1);
      const settlement = { state: 'approved', by: 'ada', reason: 'read it', at } as const;
      await expect(context.store.decisions.settle(first.id, settlement)).rejects.toMatchObject({
        code: 'conflict',
      });
      const settled = await context.store.decisions.settle(held.id, settlement);
      expect(settled).toEqual({
        ...held,
        state: 'approved',
        settledBy: 'ada',
        settledReason: 'read it',
        settledAt: at,
      });
      await expect(context.store.decisions.settle(held.id, settlement)).rejects.toMatchObject({
        code: 'conflict',
      });
      expect(await context.store.decisions.current(versionId)).toEqual(settled);
      const last = await context.store.decisions.record(aDecision(versionId));
      expect(await context.store.decisions.current(versionId)).toEqual(last);
      expect((await context.store.decisions.find(held.id))?.state).toBe('approved');
      await expect(context.store.decisions.settle(randomUUID(), settlement)).rejects.toMatchObject({
        code: 'not-found',
      });
    });

    it('leave one active decision of many made at the same time, and outlive their package', async () => {
      const owner = await context.newPackage();
      const version = await context.store.versions.ensure(aVersion(owner.id));
      const repository = `r-${randomUUID()}`;
      const input = aDecision(version.id, { repository, packageName: 'Org/Mixed' });
      await Promise.all(Array.from({ length: 12 }, () => context.store.decisions.record(input)));
      await context.store.packages.delete(owner.id);
      const all = await readAll((page) => context.store.decisions.list({ repository }, page), 5);
      expect(all).toHaveLength(12);
      expect(all.filter(({ state }) => state === 'active')).toEqual(all.slice(0, 1));
      const by = async (filter: Parameters<Store['decisions']['list']>[0]) =>
        (await context.store.decisions.list({ repository, ...filter }, { limit: 100 })).items.length;
      expect(await by({ packageName: 'oRG/mixed' })).toBe(12);
      expect(await by({ state: 'superseded', effect: 'allow' })).toBe(11);
      expect(await by({ effect: 'block' })).toBe(0);
    });

    it('stores a report under the digest of its canonical JSON, whatever text is in it', async () => {
      const report = aReport('a\0b\ud800"\u2028');
      const digest = await context.store.reports.put(report);
      const shuffled = Object.fromEntries(Object.entries(report).reverse()) as unknown as Report;
      expect(await context.store.reports.put(shuffled)).toBe(digest);
      expect(await context.store.reports.get(digest)).toEqual(report);
      await expect(context.store.reports.get(aSha256())).rejects.toMatchObject({ code: 'not-found' });
      const key = { sha256: aSha256(), engineFingerprint: 'e', path: 'x\0y' };
      expect(await context.store.reports.findFile(key)).toBeUndefined();
      await context.store.reports.putFile(key, []);
      await context.store.reports.putFile(key, report.files);
      expect(await context.store.reports.findFile(key)).toEqual(report.files);
      expect(await context.store.reports.findFile({ ...key, engineFingerprint: 'f' })).toBeUndefined();
    });
  });

  describe('tokens and settings', () => {
    it('finds tokens by hash, and keeps the earliest revocation and the latest use', async () => {
      const hash = aSha256();
      const scopes = [{ repository: '*', action: 'read' }] as const;
      const made = await context.store.tokens.create({ name: 'ci', scopes, expiresAt: undefined, hash });
      await expect(
        context.store.tokens.create({ name: 'ci', scopes, expiresAt: undefined, hash }),
      ).rejects.toMatchObject({ code: 'exists' });
      const at = (ms: number) => new Date(context.clock.time + ms);
      await context.store.tokens.touch(made.id, at(5));
      await context.store.tokens.touch(made.id, at(3));
      await context.store.tokens.revoke(made.id, at(7));
      await context.store.tokens.revoke(made.id, at(9));
      const known = { ...made, lastUsedAt: at(5), revokedAt: at(7) };
      expect(await context.store.tokens.findByHash(hash)).toEqual(known);
      expect(await context.store.tokens.list()).toContainEqual(known);
    });

    it('agrees on one value of a setting', async () => {
      const key = randomUUID();
      expect(await context.store.settings.get(key)).toBeUndefined();
      const kept = await Promise.all(
        [1, 2, 3].map((n) => context.store.settings.init(key, { n, text: '\0' })),
      );
      expect(new Set(kept.map((value) => JSON.stringify(value))).size).toBe(1);
      expect(await context.store.settings.get(key)).toEqual(kept[0]);
    });
  });
}
