import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sha256 } from '#kernel';
import { toBlobFolder } from './blob-paths.ts';
import { flushFolder } from './flush.ts';

const LEAF_FOLDERS = 65_536;

/** The folders that blobs lie in, and which of their names are known to be on disk. */
export class BlobFolders {
  readonly #root: string;
  readonly #flushed = new Uint8Array(LEAF_FOLDERS);

  constructor(root: string) {
    this.#root = root;
  }

  async make(sha256: Sha256): Promise<void> {
    await mkdir(toBlobFolder(this.#root, sha256), { recursive: true, mode: 0o700 });
  }

  /**
   * Makes the name of a blob durable. Parents are flushed once per start: they may have been made by a process that
   * died before it could.
   */
  async flush(sha256: Sha256): Promise<void> {
    const leaf = toBlobFolder(this.#root, sha256);
    await flushFolder(leaf);
    const index = Number.parseInt(sha256.slice(0, 4), 16);
    if (this.#flushed[index] === 1) return;
    await flushFolder(dirname(leaf));
    await flushFolder(this.#root);
    this.#flushed[index] = 1;
  }
}
