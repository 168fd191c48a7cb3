import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#bytes';
import { compareVerdicts, type Finding, type Verdict, worstVerdict } from '#findings';
import { FORMATS, type PickleDocument } from '#formats';
import { DEFAULT_LIMITS } from '../../engine/limits.ts';
import { pickleDetector } from './detector.ts';
import { PICKLE_RULES } from './rules.ts';

interface Sample {
  readonly path: string;
  readonly sha256: string;
  readonly verdict: Verdict;
  readonly technique?: string;
  readonly rule?: string;
  readonly note?: string;
}

const CORPUS = join(import.meta.dirname, '..', '..', '..', '..', 'test', 'corpus', 'pickle');
const SAMPLES: readonly Sample[] = JSON.parse(readFileSync(join(CORPUS, 'manifest.json'), 'utf8'));
const VERDICTS = new Map(PICKLE_RULES.map(({ id, verdict }) => [id, verdict]));

/** The classes of attack that concern the pickle machine, as the corpus names them. */
const TECHNIQUES = [
  'any importable callable',
  'late names',
  'indirect calls',
  'BUILD as write',
  'every way to import or call',
  'order and brokenness',
  'two grammars',
  'memo and stack',
  'names through trusted things',
  'denial of service',
  'deferred harm',
  'scanner tampering',
];

async function judge({ path, sha256 }: Sample): Promise<{ verdict: Verdict; findings: readonly Finding[] }> {
  const bytes = readFileSync(join(CORPUS, path));
  expect(createHash('sha256').update(bytes).digest('hex'), path).toBe(sha256);
  const format = FORMATS.find(({ id }) => id === 'pickle');
  const parse = await format?.load();
  // The registry forgets which document a format gives; its id says it.
  const document = await parse?.(memorySource(bytes), {
    name: path,
    limits: DEFAULT_LIMITS,
    checkDeadline() {},
  });
  expect(document?.kind).toBe('pickle');
  const findings = [...pickleDetector.detect(document as PickleDocument, { path })];
  const gaps = document?.gaps.length ?? 0;
  const judged = worstVerdict(findings.map(({ rule }) => VERDICTS.get(rule) ?? 'malicious'));
  return { verdict: gaps > 0 ? worstVerdict([judged, 'undetermined']) : judged, findings };
}

describe('the pickle corpus', () => {
  it('holds every class of technique, and says why where harm cannot be shown', () => {
    const malicious = SAMPLES.filter(({ technique }) => technique !== undefined);
    for (const technique of TECHNIQUES) {
      expect(malicious.filter((sample) => sample.technique === technique).length, technique).toBeGreaterThan(
        5,
      );
    }
    expect(malicious.filter(({ verdict, note }) => verdict === 'undetermined' && note === undefined)).toEqual(
      [],
    );
    expect(malicious.filter(({ verdict }) => verdict === 'clean')).toEqual([]);
  });

  it('finds nothing at all in files that real frameworks wrote', async () => {
    const benign = SAMPLES.filter(({ path }) => path.startsWith('benign/'));
    for (const sample of benign)
      expect(await judge(sample), sample.path).toEqual({ verdict: 'clean', findings: [] });
    expect(benign.length).toBeGreaterThan(120);
  });

  it('gives every attack the verdict that is due, by the rule that is due', async () => {
    for (const sample of SAMPLES.filter(({ technique }) => technique !== undefined)) {
      const { verdict, findings } = await judge(sample);
      expect([sample.path, verdict]).toEqual([sample.path, sample.verdict]);
      if (sample.rule !== undefined)
        expect(
          findings.map(({ rule }) => rule),
          sample.path,
        ).toContain(sample.rule);
      for (const { message, evidence } of findings) {
        expect(`${message}${evidence ?? ''}`, sample.path).toMatch(/^[\x20-\x7e]{1,800}$/);
      }
    }
  });

  it('never calls a broken file clean', async () => {
    for (const sample of SAMPLES.filter(({ path }) => path.startsWith('malformed/'))) {
      const bytes = readFileSync(join(CORPUS, sample.path));
      const format = FORMATS.find(({ id }) => id === 'pickle');
      if (format?.recognise({ name: 'x.pkl', sizeBytes: bytes.length, head: bytes, tail: bytes }) !== true)
        continue;
      const { verdict } = await judge(sample);
      expect(compareVerdicts(verdict, 'clean'), sample.path).toBeGreaterThan(0);
    }
  });
});
