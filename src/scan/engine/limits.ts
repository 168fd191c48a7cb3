import type { ScanLimits } from '#formats';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** Bounds of one scan. Part of the engine's fingerprint: other limits may give other reports. */
export const DEFAULT_LIMITS: ScanLimits = {
  // Honest nesting is at most four (wheel in layer in gzip in tar); each level costs a parse of what is above.
  maxDepth: 8,
  // A mixture-of-experts checkpoint has some 60,000 tensors, each a member of its zip.
  maxMembers: 100_000,
  // Inflating runs at 300 MB/s or more: the most that a minute can hold, and more than a compressed checkpoint has.
  maxInflatedBytes: 16 * GIB,
  // Deflate cannot pass 1,032, which arrays of zeros reach; nested layers and other codecs pass it only in bombs.
  maxRatio: 1_100,
  // Vocabularies and forests reach some ten million; the machine runs several million a second.
  maxPickleOps: 50_000_000,
  // Text and compressed formats are read whole, tensors are not; a checkpoint of numbers never comes near.
  maxReadBytes: 64 * GIB,
  // A hostile file costs a minute of one process at most. Honest ones take milliseconds, slow upstreams seconds.
  deadlineMs: 60_000,
};

/** What of a file is shown to every format's `recognise`; see `Sample`. */
export const HEAD_BYTES = 64 * 1024;
export const TAIL_BYTES = 66 * 1024;

/** Findings of one rule in one file that are listed; the rest is counted. A reader needs the first, not the thousandth. */
export const MAX_FINDINGS_PER_RULE = 100;
export const MAX_FINDINGS_PER_FILE = 500;
export const MAX_GAPS_PER_FILE = 100;

/** Longest texts that a report carries. What detectors write is shorter; what a hostile child sends is cut or refused. */
export const MAX_MESSAGE_LENGTH = 1_000;
export const MAX_EVIDENCE_LENGTH = 400;
/** Of what follows the outer file's path; containers in containers add up. */
export const MAX_MEMBER_PATH_LENGTH = 1_024;
/** Characters in all reports on one outer file: some 100,000 clean members. Past it no further members are opened. */
export const MAX_REPORTED_CHARACTERS = 32 * MIB;
