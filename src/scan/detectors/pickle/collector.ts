import type { Confidence, Finding } from '#findings';
import { RULES, type RuleName } from './rules.ts';

/** Distinct findings kept of one document; the verdict needs the first of each rule only. */
const MAX_FINDINGS = 200;

export interface Collector {
  /** @param about what it is about: of findings with one rule and `about`, the first stands for all. */
  add(rule: RuleName, about: string, offset: number, message: string, more?: FindingDetail): void;
  findings(): Finding[];
}

export interface FindingDetail {
  /** Rendered only when the finding is kept: most are repeats. */
  readonly evidence?: () => string;
  readonly confidence?: Confidence;
}

/** Gathers findings in order of their place, one for each rule and subject, with a count of the others. */
export function createCollector(): Collector {
  const kept = new Map<string, { finding: Finding; count: number }>();
  let dropped = 0;
  const seenRules = new Set<RuleName>();

  return {
    add(rule, about, offset, message, more = {}) {
      const key = `${rule} ${about}`;
      const same = kept.get(key);
      if (same !== undefined) {
        same.count += 1;
        return;
      }
      // The first of each rule is always kept: the verdict depends on it.
      if (kept.size >= MAX_FINDINGS && seenRules.has(rule)) {
        dropped += 1;
        return;
      }
      seenRules.add(rule);
      const { confidence = 'high', evidence } = more;
      const finding = { rule: RULES[rule].id, message: printable(message), confidence, place: { offset } };
      kept.set(key, {
        finding: evidence === undefined ? finding : { ...finding, evidence: printable(evidence()) },
        count: 1,
      });
    },
    findings() {
      const all = [...kept.values()].map(({ finding, count }) =>
        count === 1 ? finding : { ...finding, message: `${finding.message} (${count} times)` },
      );
      all.sort((a, b) => (a.place.offset ?? 0) - (b.place.offset ?? 0));
      if (dropped > 0) {
        const rule = RULES.truncatedFindings;
        all.push({
          rule: rule.id,
          message: `${dropped} more findings are not listed`,
          confidence: 'high',
          place: {},
        });
      }
      return all;
    },
  };
}

const MAX_CHARACTERS = 400;

/** Names come from the file: what is not printable ASCII is escaped, and all is cut short. */
function printable(text: string): string {
  const cut = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS - 3)}...` : text;
  const escaped = cut.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return escaped.length > MAX_CHARACTERS ? `${escaped.slice(0, MAX_CHARACTERS - 3)}...` : escaped;
}
