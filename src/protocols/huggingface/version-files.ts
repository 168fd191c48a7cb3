import { buildGitTrees, renderLfsPointer } from '#ecosystems';
import type { GitOid } from '#kernel';
import type { Store, VersionFile, VersionRecord } from '#store';

/** As `/tree` and `/paths-info` name it. */
export function renderFileEntry(file: VersionFile) {
  return {
    type: 'file',
    oid: file.gitOid,
    size: file.sizeBytes,
    path: file.path,
    ...(file.isLfs && file.sha256 !== undefined
      ? { lfs: { oid: file.sha256, size: file.sizeBytes, pointerSize: pointerSize(file) } }
      : {}),
  };
}

/** As `siblings` of a repository info name it. */
export function renderSibling(file: VersionFile, withBlobs: boolean) {
  if (!withBlobs) return { rfilename: file.path };
  return {
    rfilename: file.path,
    size: file.sizeBytes,
    blobId: file.gitOid,
    ...(file.isLfs && file.sha256 !== undefined
      ? { lfs: { sha256: file.sha256, size: file.sizeBytes, pointerSize: pointerSize(file) } }
      : {}),
  };
}

/** What clients compare and cache by. The same on every door. */
export function entityOf(file: VersionFile): string {
  return file.isLfs && file.sha256 !== undefined ? file.sha256 : file.gitOid;
}

export function readPointer(file: VersionFile): Buffer | undefined {
  if (!file.isLfs || file.sha256 === undefined) return undefined;
  return Buffer.from(renderLfsPointer({ sha256: file.sha256, sizeBytes: file.sizeBytes }));
}

function pointerSize(file: VersionFile): number {
  return readPointer(file)?.length ?? 0;
}

export interface VersionTree {
  readonly files: readonly VersionFile[]; // by path
  readonly folders: ReadonlyMap<string, GitOid>;
}

/** Versions do not change, so the last few are kept: a client pages through a tree, then asks for paths. */
const KEPT_TREES = 8;

/** Trees of more files than this are made anew each time instead of held in memory. */
const MAX_KEPT_FILES = 20_000;

export class VersionTrees {
  readonly #store: Store;
  readonly #kept = new Map<string, VersionTree>();

  constructor(store: Store) {
    this.#store = store;
  }

  async read(version: VersionRecord): Promise<VersionTree> {
    const kept = this.#kept.get(version.id);
    if (kept !== undefined) return kept;
    const files = await this.#store.versions.files(version.id);
    const folders = new Map([...buildGitTrees(files)].map(([path, tree]) => [path, tree.oid]));
    const tree = { files, folders };
    if (files.length <= MAX_KEPT_FILES) this.#kept.set(version.id, tree);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_TREES) break;
      this.#kept.delete(oldest);
    }
    return tree;
  }
}

const KEPT_FILES = 20_000;

/** Single files of versions. What a version has never changes, also not what it has not. */
export class VersionFileLookup {
  readonly #store: Store;
  readonly #kept = new Map<string, VersionFile | undefined>();

  constructor(store: Store) {
    this.#store = store;
  }

  async find(version: VersionRecord, path: string): Promise<VersionFile | undefined> {
    const key = `${version.id}/${path}`;
    if (this.#kept.has(key)) return this.#kept.get(key);
    const file = await this.#store.versions.file(version.id, path);
    this.#kept.set(key, file);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_FILES && oldest !== undefined) this.#kept.delete(oldest);
    return file;
  }
}
