/** Nobody reads more, and a hostile archive could make millions. */
const MAX_FACTS = 2000;

interface AnyFact<Code extends string> {
  readonly code: Code;
  readonly detail: string;
  readonly offset: number;
  readonly entry?: number;
}

/** Facts of one archive in the order they were found, cut at a bound that is itself a fact. */
export interface FactList<Code extends string> {
  readonly facts: readonly AnyFact<Code>[];
  add(code: Code, offset: number, detail: string, entry?: number): void;
}

export function createFactList<Code extends string>(overflow: Code): FactList<Code> {
  const facts: AnyFact<Code>[] = [];
  return {
    facts,
    add(code, offset, detail, entry) {
      if (facts.length > MAX_FACTS) return;
      const isLast = facts.length === MAX_FACTS;
      if (isLast) facts.push({ code: overflow, offset, detail: `only the first ${MAX_FACTS} are listed` });
      else facts.push({ code, offset, detail, ...(entry !== undefined && { entry }) });
    },
  };
}
