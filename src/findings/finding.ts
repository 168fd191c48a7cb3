import type { Confidence } from './rule.ts';

/** Where in a file: bytes from its start, or a line from 1. */
export interface Place {
  readonly offset?: number;
  readonly line?: number;
}

/** A rule that fired on facts. The path of its file stands in the file report that holds it. */
export interface Finding {
  readonly rule: string; // id of a Rule
  readonly message: string; // one sentence about this occurrence; hostile text in it is quoted and cut
  readonly confidence: Confidence;
  readonly place: Place;
  /** What would run, as a line of pseudo-Python, or another short excerpt. Escaped, at most 400 characters. */
  readonly evidence?: string;
}
