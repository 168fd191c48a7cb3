export type { Coverage, CoverageGap, GapCode } from './coverage.ts';
export type { Finding, Place } from './finding.ts';
export type { Engine, FileReport, Report, ReportCoverage } from './report.ts';
export type { Confidence, Rule, Severity } from './rule.ts';
export { compareVerdicts, VERDICTS, type Verdict, worstVerdict } from './verdict.ts';
