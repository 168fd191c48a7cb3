import type { Rule } from '#findings';
import type { Format, ScanLimits } from '#formats';
import type { Detector } from '../detector.ts';
import { FILE_RULES, FILE_RULES_ID, FILE_RULES_VERSION } from './file-rules.ts';
import type { EngineParts } from './identity.ts';

/** What a scan is made with. */
export interface Kit {
  readonly formats: readonly Format[];
  readonly detectors: readonly Detector[];
  readonly rules: ReadonlyMap<string, Rule>;
  readonly limits: ScanLimits;
  /** Milliseconds that only grow. */
  now(): number;
}

export function createKit(
  formats: readonly Format[],
  detectors: readonly Detector[],
  limits: ScanLimits,
  now: () => number = () => performance.now(),
): Kit {
  const rules = [...FILE_RULES, ...detectors.flatMap((detector) => detector.rules)];
  return { formats, detectors, rules: new Map(rules.map((rule) => [rule.id, rule])), limits, now };
}

export function partsOf(kit: Kit): EngineParts {
  return {
    formats: kit.formats.map(({ id, version }) => [id, version] as const),
    detectors: [
      [FILE_RULES_ID, FILE_RULES_VERSION],
      ...kit.detectors.map(({ id, version }) => [id, version] as const),
    ],
    limits: kit.limits,
  };
}
