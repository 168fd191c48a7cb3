import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type StoreContext, until } from './store-samples.ts';

/** The queue, and closing while everything runs. */
export function acceptWork(context: StoreContext): void {
  describe('the queue', () => {
    it('runs jobs, the urgent first, one per key, and lists those that fail to the end', async () => {
      const seen: unknown[] = [];
      await context.store.queue.send('sweep-uploads', { n: 1 }, { singletonKey: 'a' });
      await context.store.queue.send('sweep-uploads', { n: 2 }, { singletonKey: 'a' }); // there is one
      await context.store.queue.send('sweep-uploads', { n: 3 }, { priority: 5 });
      await context.store.queue.send('sweep-uploads', 'broken', { retryLimit: 1, priority: -1 });
      await context.store.queue.work(
        'sweep-uploads',
        async (payload) => {
          seen.push(payload);
          if (payload === 'broken') throw new Error('it is broken');
        },
        1,
      );
      await until(async () => (await context.store.queue.failed()).length > 0, 40_000);
      expect(seen).toEqual([{ n: 3 }, { n: 1 }, 'broken', 'broken']);
      const [failed] = await context.store.queue.failed();
      expect(failed).toMatchObject({ kind: 'sweep-uploads', payload: 'broken' });
      expect(failed?.message).toContain('it is broken');
      await context.store.queue.send('sweep-uploads', { n: 4 }, { singletonKey: 'a' }); // its key is free again
      await until(async () => seen.length === 5, 20_000);
    });
  });

  it('closes in any state, more than once, and then refuses', async () => {
    const extra = await context.open();
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
}
