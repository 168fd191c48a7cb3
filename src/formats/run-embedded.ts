import type { ByteSource } from '#bytes';
import type { CoverageGap } from '#findings';
import type { ParseContext } from './format.ts';
import type { PickleEnd, PickleProgram } from './pickle/document.ts';
import { type RunOptions, runPickleProgram } from './pickle/run-program.ts';

export interface EmbeddedRun {
  readonly program: PickleProgram;
  readonly gaps: readonly CoverageGap[]; // none after STOP
}

/** Runs a pickle that stands inside another format. */
export async function runEmbedded(
  source: ByteSource,
  offset: number,
  context: ParseContext,
  options: Pick<RunOptions, 'onBuild' | 'endOffset'> = {},
): Promise<EmbeddedRun> {
  const program = await runPickleProgram(source, offset, {
    maxOps: context.limits.maxPickleOps,
    checkDeadline: () => context.checkDeadline(),
    ...options,
  });
  return { program, gaps: program.end === 'stop' ? [] : [toGap(program)] };
}

const CODES: Readonly<Partial<Record<PickleEnd, CoverageGap['code']>>> = {
  truncated: 'truncated',
  limit: 'limit',
};

function toGap({ end, endDetail, endOffset }: PickleProgram): CoverageGap {
  return { code: CODES[end] ?? 'malformed', detail: `pickle: ${end}: ${endDetail}`, offset: endOffset };
}
