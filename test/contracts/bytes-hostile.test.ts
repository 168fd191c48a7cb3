import { describe, it } from 'vitest';
import { BYTES_TARGETS, surviveBytes } from './bytes-hostile.ts';
import { mutate } from './mutate.ts';

const MUTATIONS = 2_000;
/** Samples up to this size are cut at every byte, larger ones at so many places. */
const CUTS = 2_048;

describe('what reads hostile bytes', { timeout: 300_000 }, () => {
  for (const target of BYTES_TARGETS) {
    it(`ends in data or a coded error: ${target.name}, cut anywhere`, async () => {
      for (const [number, sample] of target.samples.entries()) {
        const step = Math.max(1, Math.floor(sample.length / CUTS));
        for (let cut = 0; cut < sample.length; cut += step) {
          await surviveBytes(target, sample.subarray(0, cut), `sample ${number} cut at ${cut}`);
        }
      }
    });

    it(`ends in data or a coded error: ${target.name}, ${MUTATIONS} mutations`, async () => {
      for (let seed = 0; seed < MUTATIONS; seed += 1) {
        const sample = target.samples[seed % target.samples.length];
        if (sample !== undefined) await surviveBytes(target, mutate(sample, seed), `seed ${seed}`);
      }
    });
  }
});
