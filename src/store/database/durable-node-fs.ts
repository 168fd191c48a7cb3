import { closeSync, fsyncSync, openSync } from 'node:fs';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What we use of emscripten's view of an open file of the host. */
interface NodeStream {
  readonly nfd?: number;
  readonly node: unknown;
}

interface EmscriptenModule {
  NODEFS: { stream_ops: { fsync?: (stream: NodeStream) => number }; realPath(node: unknown): string };
  onAbort?: (reason: unknown) => void;
}

type NodeFsInit = NodeFS['init'];

/**
 * The folder of a database, flushed when PostgreSQL asks for it: the engine's own file system ignores fsync, so
 * that a commit would not survive a power loss (facts, platform §1). It reaches into emscripten; a test counts
 * the calls.
 */
export class DurableNodeFS extends NodeFS {
  readonly #onFatal: (message: string) => never;
  #fsyncCount = 0;

  /** @param onFatal must end the thread: after a failed flush nobody knows what is on disk */
  constructor(folder: string, onFatal: (message: string) => never) {
    super(folder);
    this.#onFatal = onFatal;
  }

  get fsyncCount(): number {
    return this.#fsyncCount;
  }

  override async init(...args: Parameters<NodeFsInit>): ReturnType<NodeFsInit> {
    const { emscriptenOpts } = await super.init(...args);
    const hook = (module: EmscriptenModule) => {
      module.NODEFS.stream_ops.fsync = (stream) => this.#fsync(module, stream);
      module.onAbort = (reason) => this.#onFatal(`the database engine aborted: ${String(reason)}`);
    };
    // The engine's type of a module names neither NODEFS nor onAbort.
    const preRun = [...(emscriptenOpts.preRun ?? []), hook as unknown as (mod: object) => void];
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
  }

  #fsync(module: EmscriptenModule, stream: NodeStream): number {
    this.#fsyncCount += 1;
    try {
      if (stream.nfd !== undefined) {
        fsyncSync(stream.nfd);
        return 0;
      }
      const fd = openSync(module.NODEFS.realPath(stream.node), 'r'); // a folder: opened without a descriptor
      try {
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      return 0;
    } catch (error) {
      return this.#onFatal(`the database cannot be flushed to disk: ${String(error)}`);
    }
  }
}
