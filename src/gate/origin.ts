import type { ByteSource } from '#bytes';
import type { NewVersion, RefRecord, RepositoryRecord, VersionFile } from '#store';

/** A package as a client names it. */
export interface PackageKey {
  readonly repository: RepositoryRecord;
  readonly type: string; // model | dataset | space
  readonly name: string;
}

/**
 * Where the versions of a remote repository come from. A protocol implements it over its upstream client and `app`
 * hands it to the gate. Methods throw UpstreamError.
 */
export interface Origin {
  /** What a ref or an exact revision names now. */
  resolve(
    key: PackageKey,
    ref: string,
    signal: AbortSignal,
  ): Promise<Pick<RefRecord, 'kind' | 'name' | 'revision'>>;
  /** The immutable version, with all its files. */
  describe(key: PackageKey, revision: string, signal: AbortSignal): Promise<Omit<NewVersion, 'packageId'>>;
  /** A file by ranges, for the early verdict. */
  open(key: PackageKey, revision: string, file: VersionFile, signal: AbortSignal): Promise<ByteSource>;
  /** A file from `startOffset` to its end; what breaks is resumed inside. */
  download(
    key: PackageKey,
    revision: string,
    file: VersionFile,
    startOffset: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>>;
}
