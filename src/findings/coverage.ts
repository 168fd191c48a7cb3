/** Why bytes that could matter were not read or not understood. Each makes a verdict `undetermined` at best. */
export type GapCode =
  | 'truncated' // the file ends before its format does
  | 'malformed' // the format's own rules are broken: other readers may see something else
  | 'unsupported' // recognised, but this engine version does not understand it
  | 'unrecognised' // no format matched
  | 'encrypted'
  | 'limit' // size, count, depth, ratio or budget
  | 'timeout'
  | 'memory'
  | 'crash' // the parser died
  | 'unreadable'; // the source failed: I/O, upstream, checksum

export interface CoverageGap {
  readonly code: GapCode;
  readonly detail: string; // one line; hostile text in it is quoted and cut
  readonly offset?: number; // bytes
}

/** What was looked at of one file, and what was not. */
export interface Coverage {
  readonly sizeBytes: number;
  readonly readBytes: number; // distinct bytes are not counted: what was asked of the source
  /** Bytes that the format defines as plain numbers (tensors) and that cannot hold code: skipped on purpose. */
  readonly dataBytes: number;
  readonly gaps: readonly CoverageGap[];
}
