import { describe, expect, it } from 'vitest';
import { openTestStore } from '../../test/support/test-store.ts';

describe('openStore', () => {
  it('keeps what was acknowledged over a restart', async () => {
    await using test = await openTestStore();
    const made = await test.store.repositories.create({
      name: 'hub',
      protocol: 'huggingface',
      kind: 'remote',
      upstreamUrl: 'https://example.test',
      upstreamToken: undefined,
      policy: 'balanced',
    });
    const store = await test.reopen();
    expect(await store.repositories.find('hub')).toEqual(made);
  });
});
