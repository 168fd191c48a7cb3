import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ScanLimits } from '#formats';

export type EngineChild = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * V8's own bound. Together with code, buffers and the young generation it stays below the bound on resident memory,
 * so that most memory bombs end as a clean heap failure.
 */
const MAX_HEAP_MIB = 128;
/** The young generation: large enough that honest parsing seldom collects, small enough to keep a process lean. */
const MAX_SEMI_SPACE_MIB = 8;

/**
 * What the operating system can add, each where it is allowed: no core dumps, no growing of files, an end to runaway
 * loops whose parent was killed (processes are replaced long before that much CPU time), and an empty network
 * namespace. `$@` is the command; nothing else is ever put into the script.
 */
const FENCE = `unset PWD; ulimit -c 0; ulimit -f 0; ulimit -t 3600
if unshare --net true 2>/dev/null; then exec unshare --net -- "$@"; fi
if unshare --user --map-current-user --net true 2>/dev/null; then exec unshare --user --map-current-user --net -- "$@"; fi
exec "$@"`;

export interface EngineProgram {
  readonly entry: string;
  readonly readable: readonly string[]; // files and folders
}

/** Starts an engine process: no environment, no powers, and only its own program to read. */
export function launchEngine(
  limits: ScanLimits,
  program: EngineProgram = engineProgram(),
  more: readonly string[] = [],
): EngineChild {
  const { entry, readable } = program;
  const command = [
    process.execPath,
    '--permission',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    // In Node 24 `node:sqlite` creates and writes files wherever reading is allowed.
    '--no-experimental-sqlite',
    '--disable-proto=delete',
    '--no-addons',
    '--no-warnings',
    `--max-old-space-size=${MAX_HEAP_MIB}`,
    `--max-semi-space-size=${MAX_SEMI_SPACE_MIB}`,
    entry,
    JSON.stringify(limits),
    ...more,
  ];
  const [executable = '', ...args] =
    process.platform === 'win32' ? command : ['/bin/sh', '-c', FENCE, 'sh', ...command];
  return spawn(executable, args, {
    cwd: dirname(entry),
    env: {},
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
}

/**
 * In a release the engine is a bundle beside this file. In a clone it is the bundle of the last build, as long as no
 * source is newer: stripping the types of all parsers costs each process half a second.
 */
export function engineProgram(): EngineProgram {
  const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
  const bundle = (folder: string) => ({ entry: path(`${folder}engine.mjs`), readable: [path(folder)] });
  if (!import.meta.url.endsWith('.ts')) return bundle('./engine/');
  const isBuilt = isNewerThanAll(path('../../../dist/engine/engine.mjs'), path('../../'));
  return isBuilt ? bundle('../../../dist/engine/') : sourceProgram(new URL('./child.ts', import.meta.url));
}

/** A program among the sources, which may read them all. */
export function sourceProgram(entry: URL): EngineProgram {
  const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
  return {
    entry: fileURLToPath(entry),
    readable: [path('../../'), path('../../../node_modules/'), path('../../../package.json')],
  };
}

function isNewerThanAll(file: string, folder: string): boolean {
  const builtAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const isOlder = (entry: Dirent) => statSync(join(entry.parentPath, entry.name)).mtimeMs <= builtAt;
  return builtAt > 0 && readdirSync(folder, { recursive: true, withFileTypes: true }).every(isOlder);
}
