import { createHash } from 'node:crypto';
import { type ByteSource, BytesError, memorySource } from '#bytes';
import type { Origin, PackageKey } from '#gate';
import { isGitOid, isSha256 } from '#kernel';
import type { NewVersion, VersionFile } from '#store';
import { UpstreamError } from '#upstream';

export interface FakeFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly isLfs?: boolean;
  /** What it lists, where that is not true. */
  readonly listed?: Partial<Pick<VersionFile, 'sizeBytes' | 'sha256' | 'gitOid'>>;
  /** What ranges give, where that is not the content. */
  readonly shown?: Uint8Array;
}

type Method = 'resolve' | 'describe' | 'open' | 'download';

/** An upstream in memory that counts what it is asked, and fails, lies or stalls when told to. */
export class FakeOrigin implements Origin {
  readonly calls: Record<Method, number> = { resolve: 0, describe: 0, open: 0, download: 0 };
  readonly startOffsets: number[] = [];
  readonly refs = new Map<string, string>();
  readonly #versions = new Map<string, readonly FakeFile[]>();
  rangeBytes = 0;
  /** Thrown by the next calls, whatever they ask. */
  failure: UpstreamError | undefined;
  onResolve: () => Promise<void> | void = () => undefined;
  /** Awaited before each chunk of a download. */
  onChunk: (offset: number, signal: AbortSignal) => Promise<void> | void = () => undefined;
  chunkBytes = 16 * 1024;

  /** Adds a version and points `main` at it. Returns its revision. */
  push(files: readonly FakeFile[], ref = 'main'): string {
    const revision = createHash('sha1').update(`${this.#versions.size}`).digest('hex');
    this.#versions.set(revision, files);
    this.refs.set(ref, revision);
    return revision;
  }

  async resolve(_key: PackageKey, ref: string) {
    this.#count('resolve');
    await this.onResolve();
    const revision = this.refs.get(ref) ?? (this.#versions.has(ref) ? ref : undefined);
    if (revision === undefined) throw new UpstreamError('revision-not-found', 'no such ref');
    return { kind: 'branch' as const, name: ref, revision };
  }

  async describe(_key: PackageKey, revision: string): Promise<Omit<NewVersion, 'packageId'>> {
    this.#count('describe');
    return {
      revision,
      parents: [],
      title: 'a version',
      message: '',
      author: 'ada',
      createdAt: new Date(0),
      info: {},
      files: this.#files(revision).map((file) => ({ ...toVersionFile(file), ...file.listed })),
    };
  }

  async open(_key: PackageKey, revision: string, file: VersionFile): Promise<ByteSource> {
    this.#count('open');
    const { shown, content } = this.#file(revision, file.path);
    const source = memorySource(shown ?? content);
    return {
      sizeBytes: source.sizeBytes,
      read: async (offset, length) => {
        if (this.failure !== undefined) {
          throw new BytesError('unreadable', 'upstream failed', { cause: this.failure });
        }
        this.rangeBytes += length;
        return source.read(offset, length);
      },
    };
  }

  async download(
    _key: PackageKey,
    revision: string,
    file: VersionFile,
    startOffset: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    this.#count('download');
    this.startOffsets.push(startOffset);
    const { content } = this.#file(revision, file.path);
    return this.#chunks(content, startOffset, signal);
  }

  async *#chunks(content: Uint8Array, startOffset: number, signal: AbortSignal) {
    for (let offset = startOffset; offset < content.length; offset += this.chunkBytes) {
      await this.onChunk(offset, signal);
      signal.throwIfAborted();
      yield content.subarray(offset, offset + this.chunkBytes);
    }
  }

  #count(method: Method): void {
    this.calls[method] += 1;
    if (this.failure !== undefined) throw this.failure;
  }

  #files(revision: string): readonly FakeFile[] {
    const files = this.#versions.get(revision);
    if (files === undefined) throw new UpstreamError('revision-not-found', 'no such revision');
    return files;
  }

  #file(revision: string, path: string): FakeFile {
    const file = this.#files(revision).find((one) => one.path === path);
    if (file === undefined) throw new UpstreamError('file-not-found', 'no such file');
    return file;
  }
}

export function toVersionFile({ path, content, isLfs = false }: FakeFile): VersionFile {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const gitOid = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
  if (!isSha256(sha256) || !isGitOid(gitOid)) throw new TypeError('a digest has another form');
  return { path, sizeBytes: content.length, gitOid, sha256: isLfs ? sha256 : undefined, isLfs };
}
