import type { ZipFact, ZipFactCode } from '#bytes';
import type { CoverageGap, GapCode } from '#findings';

/** Facts that mean: something of the archive was not read, or not to its end. */
const GAPS: Readonly<Partial<Record<ZipFactCode, GapCode>>> = {
  'directory-missing': 'truncated',
  'content-broken': 'malformed',
  'multi-disk': 'unsupported',
  'gap-not-searched': 'limit',
  'too-many-facts': 'limit',
};

export function zipGaps(facts: readonly ZipFact[]): readonly CoverageGap[] {
  return facts.flatMap(({ code, detail, offset }) => {
    const gap = GAPS[code];
    return gap === undefined ? [] : [{ code: gap, detail: `zip: ${detail}`, offset }];
  });
}
