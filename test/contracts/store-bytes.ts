import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store } from '#store';
import { aGitOid, aSha256, from, putBlob, type StoreContext, sha256Of } from './store-samples.ts';

/** Blobs and uploads. */
export function acceptBytes(context: StoreContext): void {
  describe('blobs', () => {
    it('are visible when they are committed, and then as a whole', async () => {
      const bytes = randomBytes(3_000_001);
      await using staged = await context.store.blobs.stage({ sizeBytes: bytes.length, wantGitOid: true });
      for (let at = 0; at < bytes.length; at += 70_001) await staged.write(bytes.subarray(at, at + 70_001));
      const found = await staged.finish();
      expect(found).toEqual({
        sha256: sha256Of(bytes),
        sizeBytes: bytes.length,
        gitOid: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
      });
      expect(await context.store.blobs.find(found.sha256)).toBeUndefined();
      await expect(context.store.blobs.open(found.sha256)).rejects.toMatchObject({ code: 'not-found' });
      await expect(context.store.blobs.stream(found.sha256)).rejects.toMatchObject({ code: 'not-found' });
      const rescan = staged.source();
      expect(Buffer.from(await rescan.read(1_000_000, 99)).equals(bytes.subarray(1_000_000, 1_000_099))).toBe(
        true,
      );
      await expect(rescan.read(bytes.length - 1, 2)).rejects.toMatchObject({ code: 'out-of-range' });
      await staged.commit({ sha256: found.sha256 });
      expect(Buffer.from(await staged.read(5, 5)).equals(bytes.subarray(5, 10))).toBe(true); // followers read on
      expect(await context.store.blobs.find(found.sha256)).toEqual({
        sha256: found.sha256,
        sizeBytes: bytes.length,
      });
      await using source = await context.store.blobs.open(found.sha256);
      expect(source.sizeBytes).toBe(bytes.length);
      expect(Buffer.from(await source.read(0, bytes.length)).equals(bytes)).toBe(true);
      const ranges = fc.tuple(fc.nat(bytes.length), fc.nat(bytes.length));
      await fc.assert(
        fc.asyncProperty(ranges, async ([a, b]) => {
          const range = { start: Math.min(a, b), end: Math.max(a, b) };
          const chunks = await (await context.store.blobs.stream(found.sha256, range)).toArray();
          expect(Buffer.concat(chunks).equals(bytes.subarray(range.start, range.end))).toBe(true);
        }),
        { numRuns: 20 },
      );
    });

    it('are refused when they are not what was promised', async () => {
      const stage = async (options: Parameters<Store['blobs']['stage']>[0], bytes: Uint8Array) => {
        const staged = await context.store.blobs.stage(options);
        await staged.write(bytes);
        return staged;
      };
      const bytes = randomBytes(100);
      await using small = await context.store.blobs.stage({ sizeBytes: 99 });
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
      expect(await context.store.blobs.find(sha256Of(bytes))).toBeUndefined();
    });

    it('are stored once by many writers of the same bytes', async () => {
      for (const bytes of [randomBytes(10_000), new Uint8Array(0)]) {
        const infos = await Promise.all(Array.from({ length: 8 }, () => putBlob(context.store, bytes)));
        expect(new Set(infos).size).toBe(1);
      }
    });
  });

  describe('uploads', () => {
    const partBytes = 1000;
    const bytes = randomBytes(3500);
    const partOf = (n: number) => bytes.subarray((n - 1) * partBytes, n * partBytes);
    const begin = async () => {
      const owner = await context.newPackage();
      const upload = { packageId: owner.id, sha256: sha256Of(bytes), sizeBytes: bytes.length, partBytes };
      const expiresAt = new Date(context.clock.time + 60_000);
      return context.store.uploads.begin({ ...upload, expiresAt });
    };

    it('survive a restart, take parts in any order and again, and end in a blob', async () => {
      const upload = await begin();
      const { id } = upload;
      expect(await context.store.uploads.begin(upload)).toEqual(upload);
      const etags = new Map<number, string>();
      for (const n of [4, 2, 1])
        etags.set(n, await context.store.uploads.writePart(id, n, from(partOf(n), 300)));
      const parts = () => [...etags].map(([partNumber, etag]) => ({ partNumber, etag }));
      await expect(context.store.uploads.complete(id, parts())).rejects.toMatchObject({ code: 'conflict' });
      await context.reopen();
      expect(await context.store.uploads.find(id)).toEqual(upload);
      etags.set(3, await context.store.uploads.writePart(id, 3, from(randomBytes(partBytes), 300)));
      await expect(context.store.uploads.complete(id, parts())).rejects.toMatchObject({
        code: 'digest-mismatch',
      });
      const wrong = etags.get(3) ?? '';
      etags.set(3, await context.store.uploads.writePart(id, 3, from(partOf(3), 300)));
      const stale = [...parts().filter((part) => part.partNumber !== 3), { partNumber: 3, etag: wrong }];
      await expect(context.store.uploads.complete(id, stale)).rejects.toMatchObject({ code: 'conflict' });
      await context.store.uploads.complete(id, parts());
      expect((await context.store.blobs.find(upload.sha256))?.sizeBytes).toBe(bytes.length);
      expect(await context.store.uploads.find(id)).toBeUndefined();
      await expect(context.store.uploads.complete(id, parts())).rejects.toMatchObject({ code: 'not-found' });
    });

    it('refuses parts of another size, and keeps an earlier try', async () => {
      const { id } = await begin();
      const etag = await context.store.uploads.writePart(id, 1, from(partOf(1), 300));
      for (const [n, body] of [
        [1, bytes.subarray(0, 999)],
        [1, bytes.subarray(0, 1001)],
        [4, bytes.subarray(0, 501)],
        [0, new Uint8Array(0)],
        [5, new Uint8Array(0)],
        [1.5, partOf(1)],
      ] as const) {
        const writing = context.store.uploads.writePart(id, n, from(body, 300));
        await expect(writing).rejects.toMatchObject({ code: 'size-mismatch' });
      }
      const broken = (async function* () {
        yield partOf(1).subarray(0, 10);
        throw new Error('the client left');
      })();
      await expect(context.store.uploads.writePart(id, 1, broken)).rejects.toThrow('the client left');
      const rest = await Promise.all(
        [2, 3, 4].map((n) => context.store.uploads.writePart(id, n, from(partOf(n), 9))),
      );
      await context.store.uploads.complete(
        id,
        [etag, ...rest].map((tag, i) => ({ partNumber: i + 1, etag: tag })),
      );
    });

    it('forgets what is aborted or expired', async () => {
      const [aborted, expiring] = [await begin(), await begin()];
      await context.store.uploads.writePart(aborted.id, 1, from(partOf(1), 300));
      await context.store.uploads.abort(aborted.id);
      expect(await context.store.uploads.find(aborted.id)).toBeUndefined();
      context.clock.time += 60_001;
      expect(await context.store.uploads.find(expiring.id)).toBeUndefined();
      await expect(
        context.store.uploads.writePart(expiring.id, 1, from(partOf(1), 300)),
      ).rejects.toMatchObject({
        code: 'not-found',
      });
      expect(await context.store.uploads.deleteExpired(context.clock.now())).toBeGreaterThan(0);
      expect(await context.store.uploads.deleteExpired(context.clock.now())).toBe(0);
    });
  });
}
