import type { ByteSource } from '#bytes';
import type { HubPath, HubRepo } from '#ecosystems';
import type { GitOid, Sha256 } from '#kernel';

export interface HubFile {
  readonly path: HubPath;
  readonly sizeBytes: number; // of the content, not of an LFS pointer
  readonly gitOid: GitOid; // of what Git stores: the pointer for LFS files
  readonly sha256: Sha256 | undefined; // LFS files
}

export interface HubInfo {
  readonly commit: GitOid;
  /** The answer as given, Xet and download-host fields removed, at most 8 MiB. */
  readonly raw: { readonly [key: string]: unknown };
}

export interface HubCommit {
  readonly commit: GitOid;
  readonly title: string;
  readonly message: string;
  readonly author: string;
  readonly createdAt: Date;
}

/** Bytes on their way: `sizeBytes` is of the whole file, `body` starts at the offset that was asked for. */
export interface HubDownload {
  readonly sizeBytes: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * A Hub that we read from, never write to. Retries with backoff what may be retried, honours `Retry-After`, follows
 * redirects without giving the credential to another host, strips every Xet field. Methods throw {@link UpstreamError}.
 */
export interface HubUpstream {
  info(repo: HubRepo, revision: string, signal?: AbortSignal): Promise<HubInfo>;
  /** All files, recursively; the pages are followed. */
  tree(repo: HubRepo, commit: GitOid, signal?: AbortSignal): Promise<readonly HubFile[]>;
  refs(
    repo: HubRepo,
    signal?: AbortSignal,
  ): Promise<
    readonly {
      readonly kind: 'branch' | 'tag' | 'pull-request';
      readonly name: string;
      readonly commit: GitOid;
    }[]
  >;
  commits(
    repo: HubRepo,
    revision: string,
    limit: number,
    signal?: AbortSignal,
  ): Promise<readonly HubCommit[]>;
  /** `GET /api/{type}s` with the given query: sanitised entries and the next page's query. */
  list(
    type: HubRepo['type'],
    query: URLSearchParams,
    signal?: AbortSignal,
  ): Promise<{
    readonly items: readonly { readonly [key: string]: unknown }[];
    readonly next: string | undefined;
  }>;
  /** Reads by range requests; the redirect is resolved once and again when it expires. */
  open(repo: HubRepo, commit: GitOid, file: HubFile, signal?: AbortSignal): Promise<ByteSource>;
  /** A body that breaks is resumed where it broke, within the retry budget. */
  download(
    repo: HubRepo,
    commit: GitOid,
    file: HubFile,
    startOffset: number,
    signal?: AbortSignal,
  ): Promise<HubDownload>;
}
