import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { dirname } from 'node:path';
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

/** From source the engine is a tree of files, in a release a folder of its own beside this file. */
export function engineProgram(): EngineProgram {
  const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
  if (!import.meta.url.endsWith('.ts'))
    return { entry: path('./engine/engine.mjs'), readable: [path('./engine/')] };
  return {
    entry: path('./child.ts'),
    readable: [path('../../'), path('../../../node_modules/'), path('../../../package.json')],
  };
}
