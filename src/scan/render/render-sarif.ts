import { createHash } from 'node:crypto';
import type { FileReport, Finding, GapCode, Place, Report, Rule, Severity } from '#findings';
import { displayable } from './displayable.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** The scale on which code hosts sort security results (0 to 10). */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '0.0',
};

const GAP_TITLES: Readonly<Record<GapCode, string>> = {
  truncated: 'The file ends before its format does',
  malformed: 'The file breaks the rules of its format',
  unsupported: 'A part is recognised but not understood',
  unrecognised: 'No known format matches',
  encrypted: 'A part is encrypted',
  limit: 'A limit on size, count, depth or ratio was reached',
  timeout: 'The time for the file was over',
  memory: 'The memory for the file was used up',
  crash: 'The parser failed',
  unreadable: 'The bytes could not be read',
};

/**
 * A report as a SARIF 2.1.0 log. A gap in coverage is a result of kind `open`: whether something is wrong there could
 * not be told. Findings in members of archives point at the outer file and name the member as logical location.
 *
 * @see SARIF 2.1.0 (OASIS), sections 3.27 (result), 3.49 (reportingDescriptor)
 */
export function renderSarif(report: Report, rules: ReadonlyMap<string, Rule>): string {
  const used = new Set(report.files.flatMap((file) => file.findings.map((finding) => finding.rule)));
  const gapCodes = new Set(report.files.flatMap((file) => file.coverage.gaps.map((gap) => gap.code)));
  const descriptors = [
    ...[...used].sort().map((id) => describeRule(id, rules.get(id))),
    ...[...gapCodes].sort().map(describeGap),
  ];
  const indexOf = new Map(descriptors.map((descriptor, index) => [descriptor.id, index]));
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Sallyport',
            version: report.engine.version,
            semanticVersion: report.engine.version,
            properties: { engineFingerprint: report.engine.fingerprint },
            rules: descriptors,
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: true }],
        properties: { verdict: report.verdict, coverage: report.coverage },
        results: withOuterPaths(report.files).flatMap((item) => renderResults(item, rules, indexOf)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function describeRule(id: string, rule: Rule | undefined) {
  const severity = rule?.severity ?? 'medium';
  const rationale = rule?.rationale ?? 'This rule is not known to the program that wrote the log.';
  const remediation = rule?.remediation ?? '';
  return {
    id,
    name: toPascalCase(id),
    shortDescription: { text: rule?.title ?? id },
    fullDescription: { text: rationale },
    help: {
      text: `${rationale}\n\nWhat to do: ${remediation}`,
      markdown: `${rationale}\n\n**What to do:** ${remediation}`,
    },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      'security-severity': SECURITY_SEVERITY[severity],
      verdict: rule?.verdict ?? 'undetermined',
      tags: [
        'security',
        ...(rule?.cwe ?? []).map((cwe) => `external/cwe/cwe-${String(cwe).padStart(3, '0')}`),
      ],
    },
  };
}

function describeGap(code: GapCode) {
  const title = GAP_TITLES[code];
  const text = `${title}. What was not read or understood is not known to be harmless.`;
  return {
    id: gapRuleId(code),
    name: toPascalCase(gapRuleId(code)),
    shortDescription: { text: title },
    fullDescription: { text },
    help: { text, markdown: text },
    defaultConfiguration: { level: 'note' as const },
    properties: { 'security-severity': '0.0', verdict: 'undetermined' as const, tags: ['coverage'] },
  };
}

interface Located {
  readonly file: FileReport;
  readonly outerPath: string;
}

/** Members stand after their outer file; its own name may hold a `!` too. */
function withOuterPaths(files: readonly FileReport[]): readonly Located[] {
  let outerPath: string | undefined;
  return files.map((file) => {
    if (outerPath === undefined || !file.path.startsWith(`${outerPath}!`)) outerPath = file.path;
    return { file, outerPath };
  });
}

function renderResults(
  { file, outerPath }: Located,
  rules: ReadonlyMap<string, Rule>,
  indexOf: ReadonlyMap<string, number>,
) {
  const seen = new Map<string, number>();
  const fingerprint = (ruleId: string, what: string) => {
    const key = JSON.stringify([ruleId, file.path, what]);
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    const digest = createHash('sha256').update(key).update(String(occurrence)).digest('hex');
    return { 'sallyport/v1': digest.slice(0, 32) };
  };
  const findings = file.findings.map((finding) => ({
    ruleId: finding.rule,
    ruleIndex: indexOf.get(finding.rule),
    level: LEVELS[rules.get(finding.rule)?.severity ?? 'medium'],
    message: { text: renderMessage(finding) },
    locations: [renderLocation(file.path, outerPath, finding.place)],
    // Offsets move when a file is written again; what would run does not.
    partialFingerprints: fingerprint(finding.rule, finding.evidence ?? finding.message),
    properties: { confidence: finding.confidence, fileVerdict: file.verdict },
  }));
  const gaps = file.coverage.gaps.map((gap) => ({
    ruleId: gapRuleId(gap.code),
    ruleIndex: indexOf.get(gapRuleId(gap.code)),
    kind: 'open',
    level: 'none',
    message: { text: `Not covered: ${displayable(gap.detail)}` },
    locations: [renderLocation(file.path, outerPath, gap)],
    partialFingerprints: fingerprint(gapRuleId(gap.code), gap.detail),
    properties: { fileVerdict: file.verdict },
  }));
  return [...findings, ...gaps];
}

function renderMessage(finding: Finding): string {
  const message = displayable(finding.message);
  return finding.evidence === undefined ? message : `${message}\n\n${displayable(finding.evidence)}`;
}

function renderLocation(path: string, outerPath: string, place: Place) {
  const region = {
    ...(place.line === undefined || place.line < 1 ? {} : { startLine: place.line }),
    ...(place.offset === undefined ? {} : { byteOffset: place.offset }),
  };
  const artifactLocation = { uri: toUri(outerPath) };
  if (path === outerPath) {
    return { physicalLocation: { artifactLocation, ...(Object.keys(region).length > 0 ? { region } : {}) } };
  }
  // A place in a member is no place in the outer file.
  const member = {
    name: displayable(path.slice(outerPath.length + 1)),
    fullyQualifiedName: displayable(path),
    kind: 'resource',
    properties: region,
  };
  return { physicalLocation: { artifactLocation }, logicalLocations: [member] };
}

/** A relative reference, or the absolute address that the path is. */
function toUri(path: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//.exec(path)?.[0] ?? '';
  const segments = path.slice(scheme.length).toWellFormed().split('/');
  return scheme + segments.map((segment) => encodeURIComponent(segment)).join('/');
}

function gapRuleId(code: GapCode): string {
  return `coverage/${code}`;
}

function toPascalCase(id: string): string {
  return id.replace(/(?:^|[^a-z0-9]+)([a-z0-9])/g, (_, first: string) => first.toUpperCase());
}
