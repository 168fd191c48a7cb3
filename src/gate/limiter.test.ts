import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Limiter, mapBounded } from './limiter.ts';

const never = new AbortController().signal;

describe('a limiter', () => {
  it('lets the urgent in first, also when they became so while they waited', async () => {
    const limiter = new Limiter(1);
    const first = await limiter.enter(never);
    const order: string[] = [];
    let isUrgent = false;
    const wait = async (name: string, urgent: () => boolean) => {
      using _place = await limiter.enter(never, urgent);
      order.push(name);
    };
    const all = [
      wait('a', () => false),
      wait('b', () => false),
      wait('c', () => isUrgent),
      wait('d', () => true),
    ];
    isUrgent = true;
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await Promise.all(all);
    expect(order).toEqual(['c', 'd', 'a', 'b']);
  });

  it('never lets too many in and loses no place, whoever gives up waiting', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.record({ leaves: fc.boolean(), turns: fc.nat(3) }), { maxLength: 20 }),
        async (places, visitors) => {
          const limiter = new Limiter(places);
          let inside = 0;
          const visits = visitors.map(async ({ leaves, turns }) => {
            const controller = new AbortController();
            const entering = limiter.enter(controller.signal);
            if (leaves) controller.abort(new Error('left'));
            try {
              using _place = await entering;
              inside += 1;
              expect(inside).toBeLessThanOrEqual(places);
              for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
              inside -= 1;
            } catch (error) {
              expect(error).toMatchObject({ message: 'left' });
            }
          });
          await Promise.all(visits);
          // Every place is free again.
          await Promise.all(Array.from({ length: places }, () => limiter.enter(AbortSignal.timeout(1000))));
        },
      ),
    );
  });
});

describe('bounded work', () => {
  it('keeps the order of results and stops the rest at the first failure', async () => {
    expect(await mapBounded([3, 1, 2], 2, never, async (n) => n * 2)).toEqual([6, 2, 4]);
    const started: number[] = [];
    const failing = mapBounded([0, 1, 2, 3, 4, 5], 2, never, async (n, signal) => {
      started.push(n);
      if (n === 1) throw new Error('broken');
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      signal.throwIfAborted();
    });
    await expect(failing).rejects.toThrow('broken');
    expect(started).toEqual([0, 1]);
  });
});
