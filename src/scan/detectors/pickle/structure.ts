import type { PickleProgram } from '#formats';
import type { Collector } from './collector.ts';

/** Anomalies that are notes on their own: other findings say what they lead to. */
const QUIET = new Set<string>();

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
