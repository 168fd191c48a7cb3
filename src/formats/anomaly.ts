/**
 * Something that two readers of a file could understand differently, or that honest writers do not make. A fact:
 * detectors say what it means.
 */
export interface Anomaly {
  readonly code: string; // kebab-case, of its format: `duplicate-key`, `trailing-bytes`, …
  readonly detail: string; // one line; hostile text in it is quoted and cut
  readonly offset?: number; // bytes from the start of the file
}
