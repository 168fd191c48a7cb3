const KiB = 1024;
const MiB = 1024 * KiB;
const MINUTE = 60_000;

/** What one request may take. Every bound is tried in tests. */
export interface HuggingfaceLimits {
  readonly jsonBytes: number;
  readonly jsonBodyMs: number; // for a whole JSON body
  readonly bodyIdleMs: number; // between two pieces of a long body
  readonly commitBytes: number;
  readonly commitLines: number;
  readonly versionFiles: number;
  /** A larger file is stored as an LFS file, whatever `.gitattributes` says; also the largest file inside a commit. */
  readonly regularFileBytes: number;
  /** Up to this size a Python client is told to put LFS files into the commit: see README, "Uploads and Xet". */
  readonly inlineLfsBytes: number;
  readonly inlineBatchBytes: number; // of all of them in one preupload
  readonly objectBytes: number; // of one LFS file
  readonly multipartBytes: number; // larger files are uploaded in parts
  readonly partBytes: number; // at least
  readonly maxParts: number;
  readonly uploadHrefMs: number;
  readonly downloadHrefMs: number;
  readonly batchObjects: number;
  readonly paths: number; // of one paths-info or preupload
  readonly readmeBytes: number; // of the metadata block
  readonly pageItems: number;
  readonly expandedPageItems: number;
  /** A whole request answers before the clients' 10 s. */
  readonly answerMs: number;
  /** How long a listing waits for a decision that may be there already. */
  readonly glanceMs: number;
}

export const HUGGINGFACE_LIMITS: HuggingfaceLimits = {
  jsonBytes: 4 * MiB,
  jsonBodyMs: 30_000,
  bodyIdleMs: 30_000,
  commitBytes: 1024 * MiB,
  commitLines: 50_000,
  versionFiles: 100_000,
  regularFileBytes: 10 * MiB,
  inlineLfsBytes: 4 * MiB,
  inlineBatchBytes: 32 * MiB,
  objectBytes: 1024 * 1024 * MiB,
  multipartBytes: 512 * MiB,
  partBytes: 64 * MiB,
  maxParts: 1_000,
  uploadHrefMs: 12 * 60 * MINUTE,
  downloadHrefMs: 10 * MINUTE,
  batchObjects: 1_000,
  paths: 1_000,
  readmeBytes: 32 * KiB,
  pageItems: 1_000,
  expandedPageItems: 50,
  answerMs: 8_000,
  glanceMs: 50,
};
