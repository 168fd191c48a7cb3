import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Effect, Reason } from '#api';
import { type FileReport, type Report, VERDICTS, type Verdict, worstVerdict } from '#findings';
import { createPolicy } from './create-policy.ts';
import { reasonKey } from './reason-key.ts';

const rules = new Map<string, { readonly verdict: Verdict }>([
  ['pickle/dangerous-call', { verdict: 'malicious' }],
  ['pickle/unknown-call', { verdict: 'undetermined' }],
  ['torchscript/code', { verdict: 'unsafe' }],
  ['pickle/note', { verdict: 'clean' }],
]);

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\r\nX-Evil: 1', '\u202e', ''),
);
const finding = fc.record(
  {
    rule: fc.constantFrom(...rules.keys(), 'future/rule'),
    message: text,
    confidence: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
    place: fc.constant({ offset: 3 }),
    evidence: text,
  },
  { requiredKeys: ['rule', 'message', 'confidence', 'place'] },
);
const gap = fc.record({ code: fc.constantFrom('truncated' as const, 'timeout' as const), detail: text });
const file: fc.Arbitrary<FileReport> = fc.record({
  path: text,
  format: fc.constant('pickle'),
  verdict: fc.constantFrom(...VERDICTS),
  findings: fc.array(finding, { maxLength: 4 }),
  coverage: fc.record({
    sizeBytes: fc.nat(),
    readBytes: fc.nat(),
    dataBytes: fc.nat(),
    gaps: fc.array(gap, { maxLength: 3 }),
  }),
});
const report: fc.Arbitrary<Report> = fc.array(file, { maxLength: 40 }).map((files) => toReport(files));

function toReport(files: readonly FileReport[], verdict?: Verdict): Report {
  return {
    schema: 'sallyport.report/1',
    engine: { name: 'sallyport', version: '0', fingerprint: 'f' },
    verdict: verdict ?? worstVerdict(files.map(({ verdict }) => verdict)),
    coverage: { fileCount: files.length, sizeBytes: 0, readBytes: 0, gapCount: 0 },
    files,
  };
}

function toFile(path: string, verdict: Verdict, findings: FileReport['findings'] = []): FileReport {
  const coverage = { sizeBytes: 10, readBytes: 10, dataBytes: 0, gaps: [] };
  return { path, format: 'pickle', verdict, findings, coverage };
}

const STOPPED: Readonly<Record<Verdict, Effect>> = {
  clean: 'allow',
  undetermined: 'hold',
  unsafe: 'hold',
  malicious: 'block',
};

describe('the policies', () => {
  it('let through what is clean, and name every file that is not', () => {
    const balanced = createPolicy('balanced');
    expect(balanced.evaluate({ report: toReport([toFile('a', 'clean')]), rules })).toEqual({
      effect: 'allow',
      reasons: [],
    });
    const call = {
      rule: 'pickle/dangerous-call',
      message: 'Loading it runs a shell command.',
      confidence: 'high' as const,
      place: { offset: 2 },
      evidence: 'os.system("touch /tmp/marker")',
    };
    const note = { rule: 'pickle/note', message: 'n', confidence: 'high' as const, place: {} };
    const files = [toFile('m.pt', 'unsafe'), toFile('w.bin', 'malicious', [note, call, call])];
    expect(balanced.evaluate({ report: toReport(files), rules })).toMatchInlineSnapshot(`
      {
        "effect": "block",
        "reasons": [
          {
            "effect": "block",
            "evidence": "os.system("touch /tmp/marker")",
            "file": "w.bin",
            "finding": "pickle/dangerous-call",
            "message": "Loading it runs a shell command. Do not load any copy of it; choose another version and tell your security team.",
            "policyRule": "balanced/malicious",
          },
          {
            "effect": "hold",
            "file": "m.pt",
            "message": "The report calls it unsafe. Use a version in a format that cannot run code, such as safetensors, or ask for approval.",
            "policyRule": "balanced/unsafe",
          },
        ],
      }
    `);
  });

  it('never do less than the worst verdict in the report asks for', () => {
    fc.assert(
      fc.property(report, (evidence) => {
        const worst = worstVerdict([
          evidence.verdict,
          ...evidence.files.flatMap((one) => [
            one.coverage.gaps.length > 0 ? ('undetermined' as const) : one.verdict,
            one.verdict,
            ...one.findings.map(({ rule }) => rules.get(rule)?.verdict ?? 'undetermined'),
          ]),
        ]);
        const balanced = createPolicy('balanced').evaluate({ report: evidence, rules });
        expect(balanced.effect).toBe(STOPPED[worst]);
        expect(balanced.reasons.length === 0).toBe(worst === 'clean');
        const observed = createPolicy('observe').evaluate({ report: evidence, rules });
        expect(observed.effect).toBe(worst === 'clean' ? 'allow' : 'warn');
        expect(observed.reasons.map((one) => [one.file, one.finding])).toEqual(
          balanced.reasons.map((one) => [one.file, one.finding]),
        );
      }),
    );
  });

  it('give few reasons, worst first, each once, in one printable line', () => {
    fc.assert(
      fc.property(report, (evidence) => {
        const { reasons } = createPolicy('balanced').evaluate({ report: evidence, rules });
        expect(reasons.length).toBeLessThanOrEqual(51);
        expect(new Set(reasons.map(reasonKey)).size).toBe(reasons.length);
        const order = reasons.slice(0, 50).map(({ policyRule }) => policyRule.split('/')[1] as Verdict);
        expect(order).toEqual(order.toSorted((a, b) => VERDICTS.indexOf(b) - VERDICTS.indexOf(a)));
        for (const reason of reasons) {
          expect(Reason.parse(reason)).toEqual(reason);
          expect(reason.message).toMatch(/^[\x20-\x7e]{1,700}$/);
          expect(reason.file ?? '').not.toMatch(/\p{Cc}|\p{Cs}/u);
          expect(reason.evidence ?? '').toMatch(/^[\x20-\x7e]{0,400}$/);
        }
      }),
    );
  });

  it('take a verdict that nothing explains at its word', () => {
    const balanced = createPolicy('balanced');
    expect(balanced.evaluate({ report: toReport([], 'malicious'), rules }).effect).toBe('block');
    expect(balanced.evaluate({ report: toReport([toFile('a', 'unsafe')]), rules }).reasons).toMatchObject([
      { policyRule: 'balanced/unsafe', file: 'a' },
    ]);
  });

  it('tell two long lists of reasons apart by the summary of what is left out', () => {
    const many = (last: string) =>
      toReport([...Array.from({ length: 80 }, (_, i) => toFile(`f${i}`, 'unsafe')), toFile(last, 'unsafe')]);
    const keys = (last: string) =>
      createPolicy('balanced')
        .evaluate({ report: many(last), rules })
        .reasons.map(reasonKey);
    expect(keys('x')).toHaveLength(51);
    expect(keys('x')).toEqual(keys('x'));
    expect(keys('x').slice(0, 50)).toEqual(keys('y').slice(0, 50));
    expect(keys('x')[50]).not.toBe(keys('y')[50]);
  });

  it('have digests of their own', () => {
    expect(createPolicy('balanced').digest).toMatch(/^[0-9a-f]{64}$/);
    expect(createPolicy('balanced').digest).toBe(createPolicy('balanced').digest);
    expect(createPolicy('balanced').digest).not.toBe(createPolicy('observe').digest);
  });
});
