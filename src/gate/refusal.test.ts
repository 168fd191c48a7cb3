import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reason } from '#api';
import type { DecisionRecord } from '#store';
import { renderRefusal, renderWarnings } from './refusal.ts';

const PUBLIC_URL = 'http://127.0.0.1:8300';

const reason: Reason = {
  policyRule: 'balanced/malicious',
  effect: 'block',
  message: 'Loading it runs a shell command. Do not load it.',
  finding: 'pickle/dangerous-call',
  file: 'pytorch_model.bin',
  evidence: 'os.system("touch /tmp/marker")',
};

const decision: DecisionRecord = {
  id: '0195b1f0-0000-7000-8000-000000000001',
  versionId: 'v',
  repository: 'hub',
  protocol: 'huggingface',
  packageType: 'model',
  packageName: 'org/model',
  version: 'a'.repeat(40),
  effect: 'block',
  state: 'active',
  verdict: 'malicious',
  reasons: [reason],
  policy: 'balanced',
  policyDigest: '',
  engineFingerprint: '',
  reportDigest: '',
  readBytes: 0,
  elapsedMs: 0,
  decidedAt: new Date(0),
  settledAt: undefined,
};

const hostile = fc.oneof(
  fc.string({ maxLength: 600 }),
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.constantFrom('a\r\nX-Evil: 1', '\u202egnp.exe', '\ud800', '"; rm -rf "', `${'d/'.repeat(400)}x.bin`),
);
const hostileReason: fc.Arbitrary<Reason> = fc.record(
  {
    policyRule: fc.constantFrom('balanced/malicious', 'balanced/undetermined'),
    effect: fc.constantFrom('block' as const, 'hold' as const),
    message: hostile,
    finding: hostile,
    file: hostile,
    evidence: hostile,
  },
  { requiredKeys: ['policyRule', 'effect', 'message'] },
);

describe('a refusal', () => {
  it('says rule, finding, file, what would run, and where to look', () => {
    expect(renderRefusal(decision, PUBLIC_URL)).toEqual({
      effect: 'block',
      decisionId: decision.id,
      policyRule: 'balanced/malicious',
      finding: 'pickle/dangerous-call',
      file: 'pytorch_model.bin',
      decisionUrl: `${PUBLIC_URL}/decisions/${decision.id}`,
      line:
        'Blocked by policy balanced/malicious: pickle/dangerous-call in pytorch_model.bin ' +
        `(os.system("touch /tmp/marker")). See ${PUBLIC_URL}/decisions/${decision.id}`,
    });
  });

  it('tells a hold how to be approved, and one that a person refused whose word it was', () => {
    const held = { ...reason, policyRule: 'balanced/unsafe', effect: 'hold' as const };
    const hold = { ...decision, effect: 'hold' as const, reasons: [held, held, held] };
    expect(renderRefusal(hold, `${PUBLIC_URL}/`)).toMatchObject({
      effect: 'hold',
      line:
        'Held by policy balanced/unsafe: pickle/dangerous-call in pytorch_model.bin ' +
        `(os.system("touch /tmp/marker")) and 2 more. Ask for approval: ${PUBLIC_URL}/decisions/${decision.id}`,
    });
    const refused = {
      state: 'refused' as const,
      settledBy: 'ada',
      settledReason: 'not this author.\r\nX: y',
    };
    expect(renderRefusal({ ...hold, ...refused }, PUBLIC_URL)).toMatchObject({
      effect: 'block',
      line: `Refused by ada under policy balanced/unsafe: not this author. X: y. See ${PUBLIC_URL}/decisions/${decision.id}`,
    });
    expect(
      renderRefusal({ ...decision, ...refused, effect: 'allow', reasons: [] }, PUBLIC_URL),
    ).toMatchObject({
      effect: 'block',
      policyRule: 'balanced/refused',
    });
  });

  it('is one printable line of at most 300 characters with its address whole, whatever is in the file', () => {
    fc.assert(
      fc.property(
        fc.array(hostileReason, { maxLength: 3 }),
        fc.constantFrom('block' as const, 'hold' as const, 'warn' as const),
        fc.constantFrom('active' as const, 'refused' as const),
        hostile,
        (reasons, effect, state, settledReason) => {
          const one = { ...decision, reasons, effect, state, settledBy: settledReason, settledReason };
          const { line, decisionUrl } = renderRefusal(one, PUBLIC_URL);
          const lines = [line, ...renderWarnings(one, PUBLIC_URL, new Date(0))];
          for (const text of lines) expect(text).toMatch(/^[\x20-\x7e]{1,300}$/);
          expect(line.endsWith(decisionUrl)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('stays short under an address that is long itself', () => {
    const line = renderRefusal(decision, `https://${'sub.'.repeat(100)}example.org`).line;
    expect(line.length).toBeLessThanOrEqual(300);
    expect(line).toContain('pickle/dangerous-call in pytorch_model.bin');
  });
});

describe('warnings', () => {
  it('are given when policy warns, and when the upstream cannot be asked', () => {
    const warn = { ...reason, policyRule: 'observe/malicious', effect: 'warn' as const };
    const observed = { ...decision, effect: 'warn' as const, reasons: [warn] };
    expect(renderWarnings(observed, PUBLIC_URL, new Date('2026-11-21T10:00:00Z'))).toEqual([
      'Warning by policy observe/malicious: pickle/dangerous-call in pytorch_model.bin ' +
        `(os.system("touch /tmp/marker")). See ${PUBLIC_URL}/decisions/${decision.id}`,
      'The upstream of hub cannot be reached: this is what it had at 2026-11-21T10:00:00.000Z, newer versions may exist',
    ]);
    expect(renderWarnings({ ...observed, effect: 'allow', reasons: [] }, PUBLIC_URL, undefined)).toEqual([]);
  });
});
