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
  readonly evidence?: string;
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
      const finding = { rule: RULES[rule].id, message, confidence, place: { offset } };
      kept.set(key, { finding: evidence === undefined ? finding : { ...finding, evidence }, count: 1 });
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
