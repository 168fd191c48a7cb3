import type { ByteSource } from '#bytes';
import type { CoverageGap, FileReport, Finding, Rule, Verdict } from '#findings';
import { ScanError, type Scanner, type ScanOptions } from '#scan';

/** What the fake scanner looks for in the ends of a file. */
const MARKS: readonly { readonly text: string; readonly rule: string; readonly verdict: Verdict }[] = [
  { text: 'EVIL', rule: 'fake/evil', verdict: 'malicious' },
  { text: 'RISKY', rule: 'fake/risky', verdict: 'unsafe' },
  { text: 'ODD', rule: 'fake/odd', verdict: 'undetermined' },
];

const END_BYTES = 4096;

/** Finds marks in the first and last 4 KiB, reading no more than those; `READ-ALL` makes it read everything. */
export class FakeScanner implements Scanner {
  engine: Scanner['engine'];
  rules: Scanner['rules'];
  readonly sandbox = { network: 'none' as const };
  readonly scanned: string[] = [];
  /** Awaited before each scan. */
  onScan: (path: string) => Promise<void> | void = () => undefined;

  constructor(fingerprint = 'fake-1', ignoredMarks: readonly string[] = []) {
    this.engine = { name: 'sallyport', version: '0.0.0', fingerprint };
    this.#marks = MARKS.filter(({ text }) => !ignoredMarks.includes(text));
    this.rules = new Map(
      MARKS.map(({ rule, verdict }): [string, Rule] => [
        rule,
        { id: rule, title: rule, severity: 'high', verdict, rationale: '', remediation: '', cwe: [] },
      ]),
    );
  }

  readonly #marks: typeof MARKS;

  async scanFile(path: string, source: ByteSource, options?: ScanOptions): Promise<readonly FileReport[]> {
    this.scanned.push(path);
    await this.onScan(path);
    if (options?.signal?.aborted) throw new ScanError('cancelled', 'cancelled');
    const gaps: CoverageGap[] = [];
    const findings: Finding[] = [];
    let readBytes = 0;
    const read = async (offset: number, length: number): Promise<string> => {
      readBytes += length;
      try {
        return Buffer.from(await source.read(offset, length)).toString('latin1');
      } catch (error) {
        gaps.push({ code: 'unreadable', detail: String(error) });
        return '';
      }
    };
    const head = await read(0, Math.min(END_BYTES, source.sizeBytes));
    const tailBytes = Math.min(END_BYTES, source.sizeBytes);
    const tail = await read(source.sizeBytes - tailBytes, tailBytes);
    if (head.includes('READ-ALL')) {
      for (let offset = 0; offset < source.sizeBytes && gaps.length === 0; offset += 65_536) {
        await read(offset, Math.min(65_536, source.sizeBytes - offset));
      }
    }
    if (head.includes('BROKEN')) gaps.push({ code: 'malformed', detail: 'breaks its format' });
    const marks = this.#marks.filter(({ text }) => head.includes(text) || tail.includes(text));
    for (const { rule, text } of marks) {
      findings.push({
        rule,
        message: `It says ${text}.`,
        confidence: 'high',
        place: { offset: 0 },
        evidence: text,
      });
    }
    const order: Verdict[] = ['malicious', 'unsafe', 'undetermined'];
    const found = order.find((verdict) => marks.some((mark) => mark.verdict === verdict));
    const verdict = found ?? (gaps.length > 0 ? 'undetermined' : 'clean');
    const coverage = { sizeBytes: source.sizeBytes, readBytes, dataBytes: 0, gaps };
    return [{ path, format: 'fake', verdict, findings, coverage }];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
  }
}
