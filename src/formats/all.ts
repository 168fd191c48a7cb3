import { emptyFormat } from './empty/format.ts';
import type { Format } from './format.ts';

/** Every format this engine knows, most specific first: a format stands before the one that it refines. */
export const FORMATS: readonly Format[] = [emptyFormat];
