/**
 * What a report says of a file or version. `malicious`: harm shown. `unsafe`: can run code or do harm on load.
 * `undetermined`: something that would be loaded was not understood or not read. `clean`: read and understood.
 */
export type Verdict = 'clean' | 'undetermined' | 'unsafe' | 'malicious';

/** From best to worst. */
export const VERDICTS: readonly Verdict[] = ['clean', 'undetermined', 'unsafe', 'malicious'];

/** Negative when `a` is better than `b`, positive when worse. */
export function compareVerdicts(a: Verdict, b: Verdict): number {
  return VERDICTS.indexOf(a) - VERDICTS.indexOf(b);
}

/** The worst of them; `clean` when there is none. */
export function worstVerdict(verdicts: Iterable<Verdict>): Verdict {
  let worst: Verdict = 'clean';
  for (const verdict of verdicts) if (compareVerdicts(verdict, worst) > 0) worst = verdict;
  return worst;
}
