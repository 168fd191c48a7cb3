import type { CoverageGap, Verdict } from '#findings';

/** Unknown is not clean: what a file's findings make of it, given what was not covered. */
export function verdictWithGaps(worst: Verdict, gaps: readonly CoverageGap[]): Verdict {
  return worst === 'clean' && gaps.length > 0 ? 'undetermined' : worst;
}
