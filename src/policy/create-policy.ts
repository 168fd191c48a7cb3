import { createHash } from 'node:crypto';
import { Effect, type PolicyName, type Reason } from '#api';
import { type Confidence, compareVerdicts, type FileReport, type Verdict, worstVerdict } from '#findings';
import type { Evidence, Policy, PolicyOutcome } from './policy.ts';
import { POLICY_RULES, type PolicyRule } from './policy-rule.ts';
import { reasonKey } from './reason-key.ts';
import { toLine } from './to-line.ts';

/** Raised when the code below may give another outcome for the same evidence and rules. */
const EVALUATION_VERSION = 1;

/** A decision is read by people; the report it rests on has everything. */
const MAX_REASONS = 50;

/** A reason before it is put into words. */
interface Cause {
  readonly verdict: Verdict;
  readonly confidence: Confidence;
  readonly what: string;
  readonly finding?: string;
  readonly file?: string;
  readonly evidence?: string;
}

export function createPolicy(name: PolicyName): Policy {
  const rules = POLICY_RULES[name];
  const digest = sha256(JSON.stringify({ name, rules, version: EVALUATION_VERSION }));

  return {
    name,
    digest,
    evaluate(evidence): PolicyOutcome {
      const causes = listCauses(evidence);
      causes.sort((a, b) => compareVerdicts(b.verdict, a.verdict) || rank(b.confidence) - rank(a.confidence));
      const unique = new Map<string, Reason>();
      for (const cause of causes) {
        if (cause.verdict === 'clean') continue;
        const reason = toReason(rules[cause.verdict], cause);
        const key = reasonKey(reason);
        if (!unique.has(key)) unique.set(key, reason);
      }
      const all = [...unique.values()];
      return {
        effect:
          Effect.options.findLast((effect) => all.some((reason) => reason.effect === effect)) ?? 'allow',
        reasons:
          all.length > MAX_REASONS ? [...all.slice(0, MAX_REASONS), summarise(all.slice(MAX_REASONS))] : all,
      };
    },
  };
}

function listCauses({ report, rules }: Evidence): Cause[] {
  const causes = report.files.flatMap((file) => fileCauses(file, rules));
  // A verdict that nothing explains still counts: the evidence may be newer than this code.
  if (causes.every((cause) => compareVerdicts(cause.verdict, report.verdict) < 0)) {
    causes.push({
      verdict: report.verdict,
      confidence: 'high',
      what: `The report calls it ${report.verdict}`,
    });
  }
  return causes;
}

function fileCauses(file: FileReport, rules: Evidence['rules']): Cause[] {
  const causes: Cause[] = file.findings.map((finding) => ({
    verdict: rules.get(finding.rule)?.verdict ?? worstVerdict([file.verdict, 'undetermined']),
    confidence: finding.confidence,
    what: finding.message,
    finding: finding.rule,
    file: file.path,
    ...(finding.evidence === undefined ? {} : { evidence: toLine(finding.evidence, 400) }),
  }));
  for (const gap of file.coverage.gaps) {
    causes.push({
      verdict: 'undetermined',
      confidence: 'high',
      what: `It could not be read or understood to the end: ${gap.detail}`,
      file: file.path,
      evidence: toLine(`${gap.code}: ${gap.detail}`, 400),
    });
  }
  if (causes.every((cause) => compareVerdicts(cause.verdict, file.verdict) < 0)) {
    causes.push({
      verdict: file.verdict,
      confidence: 'high',
      what: `The report calls it ${file.verdict}`,
      file: file.path,
    });
  }
  return causes;
}

function toReason(rule: PolicyRule, cause: Cause): Reason {
  return {
    policyRule: rule.id,
    effect: rule.effect,
    message: `${toLine(cause.what, 400).replace(/\.$/, '')}. ${rule.remedy}.`,
    ...(cause.finding === undefined ? {} : { finding: cause.finding }),
    ...(cause.file === undefined ? {} : { file: toPath(cause.file) }),
    ...(cause.evidence === undefined ? {} : { evidence: cause.evidence }),
  };
}

/** Paths stay as they are, unless a database or a terminal would stumble over them. */
function toPath(path: string): string {
  return path.isWellFormed() && !/\p{Cc}/u.test(path) ? path : toLine(path, 1000);
}

/** One reason in the place of many, whose evidence still tells two sets of them apart. */
function summarise(rest: readonly Reason[]): Reason {
  const [worst] = rest;
  if (worst === undefined) throw new TypeError('nothing to summarise');
  return {
    policyRule: worst.policyRule,
    effect: worst.effect,
    message: `There are ${rest.length} more reasons. The report of the decision names them all.`,
    evidence: `${rest.length} more reasons with digest ${sha256(JSON.stringify(rest.map(reasonKey).sort()))}`,
  };
}

function rank(confidence: Confidence): number {
  return ['low', 'medium', 'high'].indexOf(confidence);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
