import { createHash } from 'node:crypto';
import type { Engine } from '#findings';
import type { ScanLimits } from '#formats';
import manifest from '../../../package.json' with { type: 'json' };

/** Everything on which a report depends besides the bytes. */
export interface EngineParts {
  readonly formats: readonly (readonly [id: string, version: number])[];
  readonly detectors: readonly (readonly [id: string, version: number])[];
  readonly limits: ScanLimits;
}

export function identifyEngine(parts: EngineParts): Engine {
  const text = JSON.stringify([
    byId(parts.formats),
    byId(parts.detectors),
    byId(Object.entries(parts.limits)),
  ]);
  return {
    name: 'sallyport',
    version: manifest.version,
    fingerprint: createHash('sha256').update(text).digest('hex'),
  };
}

function byId<T extends readonly [string, unknown]>(entries: readonly T[]): readonly T[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
