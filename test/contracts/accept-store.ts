import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Clock } from '#kernel';
import { acceptBytes } from './store-bytes.ts';
import { acceptEvidence } from './store-evidence.ts';
import { acceptNames } from './store-names.ts';
import { type AcceptedStore, aPackage, aRepository, type StoreContext } from './store-samples.ts';
import { acceptWork } from './store-work.ts';

/** What every implementation of the store must do, whatever lies behind it. */
export function acceptStore(name: string, open: (options: { clock: Clock }) => Promise<AcceptedStore>): void {
  describe(`the store contract: ${name}`, { timeout: 120_000 }, () => {
    const clock = { time: Date.UTC(2026, 0, 1), now: () => new Date(clock.time) };
    let accepted: AcceptedStore;

    const context: StoreContext = {
      get store() {
        return accepted.store;
      },
      clock,
      async reopen() {
        await accepted.reopen();
      },
      open: () => open({ clock }),
      newRepository: () => accepted.store.repositories.create(aRepository()),
      async newPackage() {
        const { id } = await context.newRepository();
        return accepted.store.packages.create(aPackage(id, `org/${randomUUID()}`));
      },
    };

    beforeAll(async () => {
      accepted = await open({ clock });
    }, 180_000);
    afterAll(() => accepted[Symbol.asyncDispose]());

    acceptNames(context);
    acceptEvidence(context);
    acceptBytes(context);
    acceptWork(context);
  });
}
