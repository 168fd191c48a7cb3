import {
  type Confidence,
  type CoverageGap,
  compareVerdicts,
  type FileReport,
  type Finding,
  type GapCode,
  type Place,
  type Rule,
  VERDICTS,
  type Verdict,
} from '#findings';
import { AppError } from '#kernel';
import type { EngineParts } from '../engine/identity.ts';
import {
  MAX_EVIDENCE_LENGTH,
  MAX_FINDINGS_PER_FILE,
  MAX_GAPS_PER_FILE,
  MAX_MEMBER_PATH_LENGTH,
  MAX_MESSAGE_LENGTH,
} from '../engine/limits.ts';
import { verdictWithGaps } from '../engine/verdict.ts';

/** An engine process sent what none of ours would: it is broken or taken over. */
export class ProtocolError extends AppError<'engine-protocol'> {
  constructor(detail: string) {
    super('engine-protocol', detail);
  }
}

export interface Hello {
  readonly parts: EngineParts;
  readonly rules: ReadonlyMap<string, Rule>;
}

/** Reads what an engine process says of itself; it has seen no hostile byte by then. */
export function readHello(json: string): Hello {
  const hello: { readonly parts: EngineParts; readonly rules: readonly Rule[] } = JSON.parse(json);
  return { parts: hello.parts, rules: new Map(hello.rules.map((rule) => [rule.id, rule])) };
}

const GAP_CODES: Readonly<Record<GapCode, true>> = {
  truncated: true,
  malformed: true,
  unsupported: true,
  unrecognised: true,
  encrypted: true,
  limit: true,
  timeout: true,
  memory: true,
  crash: true,
  unreadable: true,
};
const CONFIDENCES: readonly Confidence[] = ['low', 'medium', 'high'];

/**
 * Reads a file report from a process that has parsed hostile bytes. Every field is checked and rebuilt; the verdict is
 * not taken but made from findings and gaps.
 *
 * @param outerPath the report's path is this, or this, `!` and a member
 * @throws {ProtocolError}
 */
export function readReport(
  json: string,
  outerPath: string,
  rules: ReadonlyMap<string, Rule>,
): { readonly order: number; readonly report: FileReport } {
  const message = parseJson(json);
  if (!Array.isArray(message) || message.length !== 2) throw new ProtocolError('a report is a pair');
  const order = readCount(message[0], 'order');
  const { path, format, findings, coverage } = readObject(message[1], 'report');
  const filePath = readText(path, outerPath.length + MAX_MEMBER_PATH_LENGTH, 'path');
  const isOuter = order === 0;
  if (isOuter ? filePath !== outerPath : !filePath.startsWith(`${outerPath}!`)) {
    throw new ProtocolError('a report on another file');
  }
  const found = readList(findings, MAX_FINDINGS_PER_FILE, 'findings').map((item) => readFinding(item, rules));
  const { sizeBytes, readBytes, dataBytes, gaps } = readObject(coverage, 'coverage');
  const missed = readList(gaps, MAX_GAPS_PER_FILE, 'gaps').map(readGap);
  return {
    order,
    report: {
      path: filePath,
      format: readId(format, 'format'),
      verdict: readVerdict(message[1], found, missed, rules),
      findings: found,
      coverage: {
        sizeBytes: readCount(sizeBytes, 'sizeBytes'),
        readBytes: readCount(readBytes, 'readBytes'),
        dataBytes: readCount(dataBytes, 'dataBytes'),
        gaps: missed,
      },
    },
  };
}

/** What findings and gaps make of a file; the engine's own word counts only when it is worse (unlisted findings). */
function readVerdict(
  report: unknown,
  findings: readonly Finding[],
  gaps: readonly CoverageGap[],
  rules: ReadonlyMap<string, Rule>,
): Verdict {
  const { verdict } = readObject(report, 'report');
  const claimed = VERDICTS.find((known) => known === verdict);
  if (claimed === undefined) throw new ProtocolError('unknown verdict');
  const worst = findings.reduce<Verdict>((sofar, { rule }) => {
    const found = rules.get(rule)?.verdict ?? 'undetermined';
    return compareVerdicts(found, sofar) > 0 ? found : sofar;
  }, claimed);
  return verdictWithGaps(worst, gaps);
}

function readFinding(value: unknown, rules: ReadonlyMap<string, Rule>): Finding {
  const { rule, message, confidence, place, evidence } = readObject(value, 'finding');
  if (typeof rule !== 'string' || !rules.has(rule)) throw new ProtocolError('unknown rule');
  const known = CONFIDENCES.find((level) => level === confidence);
  if (known === undefined) throw new ProtocolError('unknown confidence');
  return {
    rule,
    message: readText(message, MAX_MESSAGE_LENGTH, 'message'),
    confidence: known,
    place: readPlace(place),
    ...(evidence === undefined ? {} : { evidence: readText(evidence, MAX_EVIDENCE_LENGTH, 'evidence') }),
  };
}

function readPlace(value: unknown): Place {
  const { offset, line } = readObject(value, 'place');
  return {
    ...(offset === undefined ? {} : { offset: readCount(offset, 'offset') }),
    ...(line === undefined ? {} : { line: readCount(line, 'line') }),
  };
}

function readGap(value: unknown): CoverageGap {
  const { code, detail, offset } = readObject(value, 'gap');
  if (!isGapCode(code)) throw new ProtocolError('unknown gap');
  return {
    code,
    detail: readText(detail, MAX_MESSAGE_LENGTH, 'detail'),
    ...(offset === undefined ? {} : { offset: readCount(offset, 'offset') }),
  };
}

function isGapCode(value: unknown): value is GapCode {
  return typeof value === 'string' && Object.hasOwn(GAP_CODES, value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new ProtocolError('a report is JSON');
    throw cause;
  }
}

function readObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtocolError(`${what} is an object`);
  }
  return { ...value };
}

function readList(value: unknown, maxItems: number, what: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length > maxItems)
    throw new ProtocolError(`${what} is a list, not too long`);
  return value;
}

function readText(value: unknown, maxLength: number, what: string): string {
  if (typeof value !== 'string' || value.length > maxLength) {
    throw new ProtocolError(`${what} is text of at most ${maxLength} characters`);
  }
  return value;
}

function readId(value: unknown, what: string): string {
  const text = readText(value, 64, what);
  if (!/^[a-z0-9-]+$/.test(text)) throw new ProtocolError(`${what} is an id`);
  return text;
}

function readCount(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || typeof value !== 'number' || value < 0) {
    throw new ProtocolError(`${what} is a count`);
  }
  return value;
}
