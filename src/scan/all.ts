import type { Detector } from './detector.ts';

/** Every detector of this engine. */
export const DETECTORS: readonly Detector[] = [];
