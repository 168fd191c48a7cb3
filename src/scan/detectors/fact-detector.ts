import type { Finding, Rule } from '#findings';
import type { FormatDocument } from '#formats';
import type { Detector } from '../detector.ts';

interface Fact<Code extends string> {
  readonly code: Code;
  readonly detail: string;
  readonly offset?: number;
}

export interface FactDetectorParts<Doc extends FormatDocument, Code extends string> {
  readonly id: string;
  readonly version: number;
  readonly reads: string;
  /** What each fact means; one without a rule judges nothing. */
  readonly table: Readonly<Record<Code, Rule | undefined>>;
  facts(document: Doc): Iterable<Fact<Code>>;
}

/** Judges documents whose facts carry a code: each code has at most one rule. */
export function createFactDetector<Doc extends FormatDocument, Code extends string>(
  parts: FactDetectorParts<Doc, Code>,
): Detector<Doc> {
  const rules = new Set(Object.values<Rule | undefined>(parts.table).filter((rule) => rule !== undefined));
  return {
    id: parts.id,
    version: parts.version,
    reads: parts.reads,
    rules: [...rules],
    *detect(document) {
      for (const fact of parts.facts(document)) {
        const rule = Object.hasOwn(parts.table, fact.code) ? parts.table[fact.code] : undefined;
        if (rule !== undefined) yield toFinding(rule, fact);
      }
    },
  };
}

function toFinding(rule: Rule, { code, detail, offset }: Fact<string>): Finding {
  return {
    rule: rule.id,
    message: `${code}: ${detail}`,
    confidence: 'high',
    place: offset === undefined ? {} : { offset },
  };
}
