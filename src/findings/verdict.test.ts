import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVerdicts, VERDICTS, worstVerdict } from './verdict.ts';

const verdict = fc.constantFrom(...VERDICTS);

describe('verdicts', () => {
  it('take the worst, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(verdict), fc.array(verdict), (left, right) => {
        const worst = worstVerdict([...left, ...right]);
        expect(worst).toBe(worstVerdict([...right, ...left]));
        for (const one of [...left, ...right]) expect(compareVerdicts(one, worst)).toBeLessThanOrEqual(0);
        expect([...left, ...right, 'clean']).toContain(worst);
      }),
    );
  });
});
