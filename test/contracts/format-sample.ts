import type { ParseContext, Sample } from '#formats';

export type SampleKind = 'benign' | 'malicious' | 'malformed';

/** A file of the corpus, or a member of one. */
export interface FormatSample {
  readonly path: string; // under test/corpus
  readonly kind: SampleKind;
  readonly bytes: Uint8Array;
}

const HEAD_BYTES = 64 * 1024;
const TAIL_BYTES = 66 * 1024;

/** What the engine shows to `recognise`. */
export function toSample(path: string, bytes: Uint8Array): Sample {
  return {
    name: (path.split(/[/!\\]/).at(-1) ?? '').toLowerCase(),
    sizeBytes: bytes.length,
    head: bytes.subarray(0, HEAD_BYTES),
    tail: bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES)),
  };
}

/** A context with the engine's limits; small ones, as samples are. */
export function toContext(path: string, checkDeadline: () => void = () => {}): ParseContext {
  const limits = {
    maxDepth: 8,
    maxMembers: 10_000,
    maxInflatedBytes: 64 * 1024 * 1024,
    maxRatio: 1_100,
    maxPickleOps: 1_000_000,
    maxReadBytes: 1 << 30,
    deadlineMs: 2_000,
  };
  return { name: path, limits, checkDeadline };
}
