import type { Finding, Rule } from '#findings';
import type { FormatDocument } from '#formats';

/** Judges the facts of one document kind. Pure: no I/O, no clock, no log, no state between calls. */
export interface Detector<Doc extends FormatDocument = FormatDocument> {
  readonly id: string;
  readonly version: number; // raised when the same facts may yield other findings; part of every cache key
  readonly reads: string; // document kind
  readonly rules: readonly Rule[];
  detect(document: Doc, context: DetectContext): Iterable<Finding>;
}

export interface DetectContext {
  readonly path: string; // of the file, members as `outer!inner`
}
