import type { Reason } from '#api';
import { quote } from '#kernel';
import { toLine } from '#policy';
import type { DecisionRecord } from '#store';
import type { Refusal } from './gate.ts';

/** What fits in a header, a reason phrase and a terminal line (facts, "One refusal, all protocols"). */
const MAX_LINE = 300;

/** Stands for all files of a version where a report is of none. */
export const WHOLE_VERSION = '.';

/** The least that is left for the reason when the address of the decision is long. */
const MIN_REASON = 60;

export function decisionUrl(publicUrl: string, decisionId: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/decisions/${decisionId}`;
}

export function renderRefusal(decision: DecisionRecord, publicUrl: string): Refusal {
  const url = decisionUrl(publicUrl, decision.id);
  const reason = decisive(decision);
  // A version that a person refused may have no reason of policy any more.
  const policyRule = reason?.policyRule ?? `${decision.policy}/refused`;
  const isFinal = decision.effect === 'block' || decision.state === 'refused';
  const base = {
    effect: isFinal ? ('block' as const) : ('hold' as const),
    decisionId: decision.id,
    policyRule,
    finding: reason?.finding,
    file: reason?.file,
    decisionUrl: url,
  };
  if (decision.effect !== 'block' && decision.state === 'refused') {
    const by = toLine(decision.settledBy ?? 'a person', 40);
    const why = toLine(decision.settledReason ?? '', 150);
    return { ...base, line: join(`Refused by ${by} under policy ${policyRule}`, why, `See ${url}`) };
  }
  const why = reason === undefined ? '' : describe(reason, decision.reasons.length);
  return isFinal
    ? { ...base, line: join(`Blocked by policy ${policyRule}`, why, `See ${url}`) }
    : { ...base, line: join(`Held by policy ${policyRule}`, why, `Ask for approval: ${url}`) };
}

/** What is said to one who is served all the same. */
export function renderWarnings(
  decision: DecisionRecord,
  publicUrl: string,
  staleSince: Date | undefined,
): readonly string[] {
  const lines: string[] = [];
  const reason = decision.effect === 'warn' ? decisive(decision) : undefined;
  if (reason !== undefined) {
    const why = describe(reason, decision.reasons.length);
    lines.push(
      join(`Warning by policy ${reason.policyRule}`, why, `See ${decisionUrl(publicUrl, decision.id)}`),
    );
  }
  if (staleSince !== undefined) {
    const since = staleSince.toISOString();
    lines.push(
      `The upstream of ${decision.repository} cannot be reached: this is what it had at ${since}, newer versions may exist`,
    );
  }
  return lines;
}

function decisive(decision: DecisionRecord): Reason | undefined {
  return decision.reasons.find(({ effect }) => effect === decision.effect) ?? decision.reasons[0];
}

/** `pickle/dangerous-call in pytorch_model.bin (os.system("...")) and 2 more` */
function describe(reason: Reason, count: number): string {
  const { file = WHOLE_VERSION } = reason;
  const where = file === WHOLE_VERSION ? '' : ` in ${toName(file)}`;
  const evidence = reason.evidence === undefined ? '' : ` (${toLine(reason.evidence, 90)})`;
  const more = count > 1 ? ` and ${count - 1} more` : '';
  return `${toLine(reason.finding ?? 'not fully understood', 60)}${where}${evidence}${more}`;
}

/** Ordinary names as they are, all others quoted and cut in the middle, where they say least. */
function toName(path: string): string {
  const short = path.length > 80 ? `${path.slice(0, 30)}...${path.slice(-47)}` : path;
  return /^[\w./@+!-]+$/.test(short) ? short : quote(short, 80);
}

/** One line in three parts, of which the middle one gives way. */
function join(head: string, why: string, tail: string): string {
  const start = toLine(head, 120);
  const end = toLine(tail, MAX_LINE - MIN_REASON - start.length);
  const middle = why === '' ? '' : `: ${toLine(why, MAX_LINE - start.length - end.length - 4)}`;
  return `${start}${middle}. ${end}`;
}
