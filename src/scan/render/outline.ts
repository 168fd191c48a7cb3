import {
  compareVerdicts,
  type FileReport,
  type Finding,
  type Report,
  type Rule,
  type Severity,
} from '#findings';

const SEVERITIES: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];

/** A finding with its rule. */
export interface Shown {
  readonly finding: Finding;
  readonly rule: Rule;
}

export interface OutlinedFile {
  readonly file: FileReport;
  readonly shown: readonly Shown[]; // worst first
}

/** A report in the order in which people want it: the worst first, and what needs no look folded away. */
export interface Outline {
  readonly attention: readonly OutlinedFile[]; // not clean
  readonly notes: readonly OutlinedFile[]; // clean, with findings that judge nothing
  readonly cleanCount: number; // without a word to say
}

export function outlineReport(report: Report, rules: ReadonlyMap<string, Rule>): Outline {
  const outlined = report.files.map((file) => ({ file, shown: showFindings(file, rules) }));
  return {
    attention: outlined.filter(({ file }) => file.verdict !== 'clean').sort(worstFirst),
    notes: outlined.filter(({ file, shown }) => file.verdict === 'clean' && shown.length > 0),
    cleanCount: outlined.filter(({ file, shown }) => file.verdict === 'clean' && shown.length === 0).length,
  };
}

function showFindings(file: FileReport, rules: ReadonlyMap<string, Rule>): readonly Shown[] {
  return file.findings
    .map((finding) => ({ finding, rule: rules.get(finding.rule) ?? unknownRule(finding.rule) }))
    .sort(
      (a, b) =>
        compareVerdicts(b.rule.verdict, a.rule.verdict) ||
        SEVERITIES.indexOf(b.rule.severity) - SEVERITIES.indexOf(a.rule.severity) ||
        (a.finding.place.offset ?? 0) - (b.finding.place.offset ?? 0),
    );
}

/** A report may be older than the rules, or newer. */
function unknownRule(id: string): Rule {
  return {
    id,
    title: id,
    severity: 'medium',
    verdict: 'undetermined',
    rationale: 'This rule is not known to the program that shows the report.',
    remediation: '',
    cwe: [],
  };
}

function worstFirst(a: OutlinedFile, b: OutlinedFile): number {
  return compareVerdicts(b.file.verdict, a.file.verdict);
}
