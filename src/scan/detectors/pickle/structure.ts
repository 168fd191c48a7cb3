import type { PickleProgram } from '#formats';
import type { Collector } from './collector.ts';

/**
 * Notes that judge nothing. Large honest files drop plain data to bound memory, and imports and calls are never
 * dropped; strings of Python 2 are bytes, and what follows them is judged as if every loader went on.
 */
const QUIET: ReadonlySet<string> = new Set(['items-dropped', 'non-ascii-string', 'values-dropped']);

/** Judges how a program ends, and what two readers would understand differently. */
export function judgeStructure(program: PickleProgram, collector: Collector): void {
  if (program.end !== 'stop') {
    const ran = program.events.length;
    const before = ran === 0 ? 'nothing runs before' : `${ran} imports, calls and writes run before`;
    collector.add(
      'brokenStream',
      program.end,
      program.endOffset,
      `the pickle ends in ${program.end} (${program.endDetail.slice(0, 120)}); ${before}`,
    );
  }
  for (const anomaly of program.anomalies) {
    if (QUIET.has(anomaly.code)) continue;
    const readers =
      anomaly.rejectedBy === undefined ? '' : `, rejected by ${anomaly.rejectedBy.join(' and ')}`;
    collector.add(
      'ambiguousStream',
      anomaly.code,
      anomaly.offset,
      `${anomaly.code}: ${anomaly.detail.slice(0, 200)}${readers}`,
    );
  }
}

/** Whether the machine had begun to drop plain data: a check that fails then may fail for want of it. */
export function isLeanAt(program: PickleProgram, offset: number): boolean {
  return program.anomalies.some((anomaly) => anomaly.code === 'values-dropped' && anomaly.offset <= offset);
}
