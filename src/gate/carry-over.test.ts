import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Effect, type Reason } from '#api';
import type { PolicyOutcome } from '#policy';
import type { DecisionRecord } from '#store';
import { carryOver } from './carry-over.ts';

const reason: fc.Arbitrary<Reason> = fc.record(
  {
    policyRule: fc.constantFrom('balanced/unsafe', 'balanced/undetermined'),
    effect: fc.constant('hold' as const),
    message: fc.string(),
    finding: fc.constantFrom('a/x', 'a/y'),
    file: fc.constantFrom('m.bin', 'n.bin'),
    evidence: fc.constantFrom('f()', 'g()'),
  },
  { requiredKeys: ['policyRule', 'effect', 'message'] },
);
const reasons = fc.array(reason, { minLength: 1, maxLength: 6 });
const settledAt = new Date(7);

function toDecision(state: DecisionRecord['state'], list: readonly Reason[]): DecisionRecord {
  return {
    id: 'd',
    versionId: 'v',
    repository: 'hub',
    protocol: 'huggingface',
    packageType: 'model',
    packageName: 'org/model',
    version: 'a'.repeat(40),
    effect: 'hold',
    state,
    verdict: 'unsafe',
    reasons: [...list],
    policy: 'balanced',
    policyDigest: '',
    engineFingerprint: '',
    reportDigest: '',
    readBytes: 0,
    elapsedMs: 0,
    decidedAt: new Date(0),
    ...(state === 'active' ? {} : { settledBy: 'ada', settledReason: 'known author' }),
    settledAt: state === 'active' ? undefined : settledAt,
  };
}

const hold = (list: readonly Reason[]): PolicyOutcome => ({ effect: 'hold', reasons: list });

describe('a settlement, when policy looks again', () => {
  it('keeps an approval for the same reasons or fewer, however they are worded, and who gave it', () => {
    fc.assert(
      fc.property(reasons, fc.infiniteStream(fc.boolean()), (known, keep) => {
        const fewer = known
          .filter(() => keep.next().value)
          .map((one) => ({ ...one, message: `${one.message}, said better` }));
        expect(carryOver(toDecision('approved', known), hold(fewer))).toEqual({
          state: 'approved',
          settledBy: 'ada',
          settledReason: 'known author',
          settledAt,
        });
      }),
    );
  });

  it('drops an approval when one reason is new in rule, finding, file or evidence', () => {
    fc.assert(
      fc.property(
        reasons,
        fc.constantFrom('policyRule' as const, 'finding' as const, 'file' as const, 'evidence' as const),
        (known, key) => {
          const [first] = known;
          if (first === undefined) return;
          const now = [...known, { ...first, [key]: 'new' }];
          expect(carryOver(toDecision('approved', known), hold(now)).state).toBe('active');
        },
      ),
    );
  });

  it('never lets an approval reach past a hold', () => {
    for (const effect of Effect.options.filter((one) => one !== 'hold')) {
      expect(carryOver(toDecision('approved', []), { effect, reasons: [] }).state).toBe('active');
    }
  });

  it('keeps a refusal whatever is found, but for a block, which refuses by itself', () => {
    for (const effect of Effect.options) {
      const { state } = carryOver(toDecision('refused', []), { effect, reasons: [] });
      expect(state).toBe(effect === 'block' ? 'active' : 'refused');
    }
  });

  it('is nothing where nobody settled', () => {
    expect(carryOver(undefined, hold([])).state).toBe('active');
    expect(carryOver(toDecision('active', []), hold([]))).toMatchObject({
      state: 'active',
      settledBy: undefined,
    });
  });
});
