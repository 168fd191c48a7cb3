import type { Readable } from 'node:stream';
import type { ByteSource } from '#bytes';
import type { GitOid, Sha256 } from '#kernel';
import type { BlobInfo } from './records.ts';

export interface ByteRange {
  readonly start: number; // first byte
  readonly end: number; // one past the last byte
}

/** Bytes named by their SHA-256, stored once, written atomically and flushed before they are acknowledged. */
export interface BlobStore {
  find(sha256: Sha256): Promise<BlobInfo | undefined>;
  /** @throws {StoreError} `not-found`, `io` */
  open(sha256: Sha256): Promise<ByteSource & AsyncDisposable>;
  /** @throws {StoreError} `not-found`, `io` */
  stream(sha256: Sha256, range?: ByteRange): Promise<Readable>;
  /** A new blob in the making, in a temporary place that is emptied at the next start. */
  stage(options: StageOptions): Promise<StagedBlob>;
}

export interface StageOptions {
  /** The size that was promised: more is refused as it is written, less at commit. Needed for `gitOid`. */
  readonly sizeBytes?: number;
  readonly wantGitOid?: boolean; // computes the Git blob id too
}

/** One writer; any number of readers may follow what is written. */
export interface StagedBlob extends AsyncDisposable {
  readonly writtenBytes: number;
  /** Awaits the disk: a slow disk slows the source. @throws {StoreError} `size-mismatch`, `disk-full`, `io` */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Only what is already written. Followers go on reading during `finish` and `commit` and after them, until the
   * staged blob is disposed.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** What was written so far as a source, for the re-scan before commit. */
  source(): ByteSource;
  /** Ends writing and says what the bytes are; still not visible. */
  finish(): Promise<BlobInfo & { readonly gitOid: GitOid | undefined }>;
  /**
   * Flushes, makes it visible under its digest, records it. Idempotent for bytes that are already stored.
   * @throws {StoreError} `digest-mismatch`, `size-mismatch`, `io`; the staged bytes are then gone
   */
  commit(expected?: {
    readonly sha256?: Sha256;
    readonly gitOid?: GitOid;
    readonly sizeBytes?: number;
  }): Promise<BlobInfo>;
  /** Removes what was written, unless it was committed. */
  [Symbol.asyncDispose](): Promise<void>;
}
