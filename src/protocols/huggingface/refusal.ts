import type { Admission } from '#gate';
import { type AnswerHeaders, errorJson } from './answer.ts';
import type { HubCall } from './call.ts';
import { toHeaderLine, toTopic } from './header-text.ts';

type Refused = Extract<Admission, { kind: 'refuse' }>;
type Pending = Extract<Admission, { kind: 'pending' }>;

/**
 * The one refusal of this protocol, the same at every door. The code makes the clients raise it as itself instead of
 * "check your connection", the message is the exception's text, and the warning is what `hf` prints.
 */
export function renderRefused(call: HubCall, { refusal, resolved }: Refused): Response {
  const line = toHeaderLine(refusal.line);
  return errorJson(
    call.isHead,
    {
      error: line,
      effect: refusal.effect,
      policy: refusal.policyRule,
      finding: refusal.finding,
      file: refusal.file,
      decision: refusal.decisionId,
      evidence: refusal.decisionUrl,
      request_id: requestIdOf(call),
    },
    403,
    {
      'x-error-code': 'GatedRepo',
      'x-error-message': line,
      'x-hf-warning': `${policyTopic(resolved.key.name)}; ${line}`,
    },
  );
}

/**
 * Clients try again by themselves after these, and only these: 503 to a HEAD, 429 to a GET. They go by the status
 * for that; the code is what they raise in the end, in place of "check your connection". Metadata is never answered
 * so: nothing would try it again.
 */
export function renderPending(call: HubCall, { resolved, retryAfterSeconds }: Pending): Response {
  const { name } = resolved.key;
  const line = toHeaderLine(
    `${name} is being inspected before it is let in. Ask again in ${retryAfterSeconds} s`,
  );
  return errorJson(call.isHead, { error: line, request_id: requestIdOf(call) }, call.isHead ? 503 : 429, {
    'retry-after': String(retryAfterSeconds),
    'x-error-code': 'GatedRepo',
    'x-error-message': line,
    'x-hf-warning': `pending-${toTopic(name)}; ${line}`,
  });
}

/** What is served with a warning says so; several lines are one, as a header is written once. */
export function warningHeaders(name: string, lines: readonly string[]): AnswerHeaders {
  if (lines.length === 0) return {};
  return { 'x-hf-warning': `${policyTopic(name)}; ${lines.map((line) => toHeaderLine(line)).join(' | ')}` };
}

export function requestIdOf(call: Pick<HubCall, 'node'>): string | undefined {
  const id = call.node.outgoing?.getHeader('x-request-id');
  return typeof id === 'string' ? id : undefined;
}

function policyTopic(name: string): string {
  return `policy-${toTopic(name)}`;
}
