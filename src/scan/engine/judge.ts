import {
  type CoverageGap,
  compareVerdicts,
  type Finding,
  type Place,
  type Rule,
  type Verdict,
} from '#findings';
import type { FormatDocument } from '#formats';
import { quote } from '#kernel';
import type { Detector } from '../detector.ts';
import { toGap } from './gap.ts';
import {
  MAX_EVIDENCE_LENGTH,
  MAX_FINDINGS_PER_FILE,
  MAX_FINDINGS_PER_RULE,
  MAX_GAPS_PER_FILE,
  MAX_MESSAGE_LENGTH,
} from './limits.ts';
import { verdictWithGaps } from './verdict.ts';

/** Characters of a finding's or gap's JSON besides its texts. */
const FIELDS_LENGTH = 80;

/** Collects what is found in one file. Lists are bounded; the verdict knows also of what is not listed. */
export class Judgement {
  readonly #rules: ReadonlyMap<string, Rule>;
  readonly #findings: Finding[] = [];
  readonly #gaps: CoverageGap[] = [];
  readonly #countOfRule = new Map<string, number>();
  #unlistedFindings = 0;
  #unlistedGaps = 0;
  #verdict: Verdict = 'clean';
  /** Characters of what is listed. */
  textLength = 0;

  constructor(rules: ReadonlyMap<string, Rule>) {
    this.#rules = rules;
  }

  /** Runs every detector of the document's kind. */
  detect(
    document: FormatDocument,
    detectors: readonly Detector[],
    path: string,
    checkDeadline: () => void,
  ): void {
    for (const detector of detectors) {
      if (detector.reads !== document.kind) continue;
      try {
        for (const finding of detector.detect(document, { path })) {
          checkDeadline();
          this.addFinding(finding);
        }
      } catch (error) {
        this.addGap(toGap(error));
      }
    }
  }

  addFinding(finding: Finding): void {
    const rule = this.#rules.get(finding.rule);
    if (rule === undefined) {
      this.addGap({ code: 'crash', detail: `a detector named the unknown rule ${quote(finding.rule, 80)}` });
      return;
    }
    this.#worsen(rule.verdict);
    const count = (this.#countOfRule.get(rule.id) ?? 0) + 1;
    this.#countOfRule.set(rule.id, count);
    if (count > MAX_FINDINGS_PER_RULE || this.#findings.length >= MAX_FINDINGS_PER_FILE)
      this.#unlistedFindings += 1;
    else this.#list(finding);
  }

  addGap(gap: CoverageGap): void {
    this.#worsen('undetermined');
    if (this.#gaps.some((other) => isSameGap(other, gap))) return;
    // Two places are kept for what `finish` adds.
    if (this.#gaps.length >= MAX_GAPS_PER_FILE - 2) this.#unlistedGaps += 1;
    else {
      const { offset } = placeOf(gap);
      const detail = cut(gap.detail, MAX_MESSAGE_LENGTH);
      this.#gaps.push({ code: gap.code, detail, ...(offset === undefined ? {} : { offset }) });
      this.textLength += detail.length + FIELDS_LENGTH;
    }
  }

  finish(): {
    readonly findings: readonly Finding[];
    readonly gaps: readonly CoverageGap[];
    readonly verdict: Verdict;
  } {
    const gaps = [...this.#gaps];
    if (this.#unlistedFindings > 0) {
      gaps.push({ code: 'limit', detail: `${this.#unlistedFindings} more findings are not listed` });
    }
    if (this.#unlistedGaps > 0) {
      gaps.push({ code: 'limit', detail: `${this.#unlistedGaps} more gaps are not listed` });
    }
    return { findings: this.#findings, gaps, verdict: verdictWithGaps(this.#verdict, gaps) };
  }

  #list(finding: Finding): void {
    const message = cut(finding.message, MAX_MESSAGE_LENGTH);
    const evidence = finding.evidence === undefined ? undefined : cut(finding.evidence, MAX_EVIDENCE_LENGTH);
    this.#findings.push({
      rule: finding.rule,
      message,
      confidence: finding.confidence,
      place: placeOf(finding.place),
      ...(evidence === undefined ? {} : { evidence }),
    });
    this.textLength += message.length + (evidence?.length ?? 0) + finding.rule.length + FIELDS_LENGTH;
  }

  #worsen(verdict: Verdict): void {
    if (compareVerdicts(verdict, this.#verdict) > 0) this.#verdict = verdict;
  }
}

/** Places are numbers that a file may have made up. */
function placeOf({ offset, line }: Place): Place {
  return {
    ...(isPlace(offset) ? { offset } : {}),
    ...(isPlace(line) ? { line } : {}),
  };
}

function isPlace(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}

function cut(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 3)}...` : text;
}

function isSameGap(a: CoverageGap, b: CoverageGap): boolean {
  return a.code === b.code && a.detail === b.detail && a.offset === b.offset;
}
