import { describe, expect, it } from 'vitest';
import type { Format } from '#formats';
import { dumpFacts } from './dump-facts.ts';
import type { FormatSample } from './format-sample.ts';
import { type Cost, readAs, tryCuts, tryMutations } from './format-trials.ts';

export interface FormatTrials {
  readonly cuts: number; // at most, over all samples
  readonly mutations: number;
}

/** What every format must do, whatever the bytes are. */
export function acceptFormat(
  format: Format,
  samples: readonly FormatSample[],
  { cuts, mutations }: FormatTrials,
): void {
  describe(`the format contract: ${format.id}`, { timeout: 120_000 }, () => {
    const honest = samples.filter(({ kind }) => kind === 'benign');
    const cost: Cost = { trials: 0, maxMs: 0, maxBytes: 0 };

    it('gives the same facts twice', async () => {
      for (const sample of samples) {
        const once = dumpFacts(await readAs(format, sample));
        expect(dumpFacts(await readAs(format, sample)) === once, sample.path).toBe(true);
      }
    });

    if (honest.length > 0)
      it('reads honest samples without a gap', async () => {
        for (const sample of honest) expect((await readAs(format, sample)).codes, sample.path).toEqual([]);
      });

    it('ends in facts or a coded error when cut anywhere', () => tryCuts(format, samples, cuts, cost));

    it('ends in facts or a coded error after each mutation', () =>
      tryMutations(format, samples, mutations, cost));
  });
}
