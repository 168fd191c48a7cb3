import { canonicalModule } from './canonical-module.ts';
import { CAPABILITY_ORDER, type Capability } from './capability.ts';
import type { DangerModule, DangerTable } from './danger-table.ts';
import { DANGEROUS_BUILTINS } from './dangerous-builtins.ts';
import { DANGEROUS_PACKAGES } from './dangerous-packages.ts';
import { DANGEROUS_STANDARD_LIBRARY } from './dangerous-standard-library.ts';

export interface Danger {
  readonly capability: Capability;
  readonly path: string; // as the tables name it: `os.system`
  /** `listed`: by name, or its whole module. `walked`: reached through another module. `named-alike`: a guess. */
  readonly by: 'listed' | 'walked' | 'named-alike';
}

/** Names that mean one thing wherever they are defined or re-exported. */
const NOTORIOUS: Readonly<Record<string, Capability>> = {
  CDLL: 'load-native',
  LoadLibrary: 'load-native',
  Popen: 'start-process',
  __import__: 'import',
  check_call: 'start-process',
  check_output: 'start-process',
  create_connection: 'open-network',
  eval: 'run-code',
  exec: 'run-code',
  exec_: 'run-code',
  execfile: 'run-code',
  execv: 'start-process',
  execve: 'start-process',
  getoutput: 'start-process',
  getstatusoutput: 'start-process',
  import_module: 'import',
  load_library: 'load-native',
  load_module: 'import',
  load_source: 'run-code',
  popen: 'start-process',
  posix_spawn: 'start-process',
  rmtree: 'write-files',
  run_module: 'run-code',
  run_path: 'run-code',
  runcode: 'run-code',
  runsource: 'run-code',
  runstring: 'run-code',
  system: 'start-process',
  unlink: 'write-files',
  urlopen: 'open-network',
  urlretrieve: 'open-network',
  write_bytes: 'write-files',
  write_text: 'write-files',
};

/** Packages that carry copies or aliases of others below a folder of one of these names. */
const VENDOR_FOLDERS = new Set([
  'packages',
  '_vendor',
  'vendor',
  'vendored',
  'extern',
  'externals',
  'moves',
  '_vendored',
  'site_packages',
]);

/** A path longer than this is no honest name. */
const MAX_PARTS = 32;

const TABLE: DangerTable = { ...DANGEROUS_PACKAGES, ...DANGEROUS_STANDARD_LIBRARY, ...DANGEROUS_BUILTINS };
const COMPILED = new Map<string, ReadonlyMap<string, Capability>>();

/**
 * The worst that is known of an importable name, looked up as the loader would: attribute by attribute, also through
 * modules that other modules imported (`torch.serialization` `os.system`).
 */
export function findDanger(module: string, name: string): Danger | undefined {
  const moduleParts = module.split('.').slice(0, MAX_PARTS);
  const nameParts = name.split('.').slice(0, MAX_PARTS);
  for (let at = 0; at + 1 < moduleParts.length; at += 1) {
    if (!VENDOR_FOLDERS.has(moduleParts[at] ?? '')) continue;
    const inner = findListed(canonicalModule(moduleParts.slice(at + 1).join('.')), name);
    if (inner !== undefined) return { ...inner, by: 'walked' };
  }
  const listed = findListed(canonicalModule(module), name);
  if (listed !== undefined) return listed;
  const walked = findWalked(nameParts);
  if (walked !== undefined) return walked;
  const last = nameParts.at(-1) ?? '';
  const notorious = Object.hasOwn(NOTORIOUS, last) ? NOTORIOUS[last] : undefined;
  return notorious === undefined
    ? undefined
    : { capability: notorious, path: `${module}.${name}`, by: 'named-alike' };
}

/** Whether a name is a module that gives power to who holds it. */
export function isPowerfulModule(name: string): boolean {
  const row = Object.hasOwn(TABLE, name) ? TABLE[name] : undefined;
  return row !== undefined && (row.rest !== undefined || Object.keys(row).length > 0) && !name.includes('.');
}

export function countDangerous(): {
  readonly modules: number;
  readonly wholeModules: number;
  readonly names: number;
} {
  let names = 0;
  let wholeModules = 0;
  for (const [module, row] of Object.entries(TABLE)) {
    names += compile(module, row).size;
    if (row.rest !== undefined) wholeModules += 1;
  }
  return { modules: Object.keys(TABLE).length, wholeModules, names };
}

/** All rows, for the test of their format. */
export const DANGER_TABLES: readonly DangerTable[] = [
  DANGEROUS_BUILTINS,
  DANGEROUS_STANDARD_LIBRARY,
  DANGEROUS_PACKAGES,
];

/** `a.b.c` with `x`: row `a.b.c`, then `a.b` with `c.x`, then `a` with `b.c.x`. */
function findListed(module: string, name: string): Danger | undefined {
  const parts = module.split('.').slice(0, MAX_PARTS);
  for (let length = parts.length; length > 0; length -= 1) {
    const owner = parts.slice(0, length).join('.');
    const row = Object.hasOwn(TABLE, owner) ? TABLE[owner] : undefined;
    if (row === undefined) continue;
    const below = [...parts.slice(length), ...name.split('.')];
    const names = compile(owner, row);
    // `Class.method` before `Class`; a class stands for its methods.
    for (let end = below.length; end > 0; end -= 1) {
      const capability = names.get(below.slice(0, end).join('.'));
      if (capability !== undefined) return { capability, path: `${owner}.${below.join('.')}`, by: 'listed' };
    }
    // A walk out of the module (`subprocess`, `os.system`) is judged by where it ends.
    const attributes = name.split('.');
    const walked = attributes.length > 1 ? findWalked(attributes) : undefined;
    if (walked !== undefined) return walked;
    if (row.rest !== undefined && (length === parts.length || row.tree === true)) {
      return isHarmless(row, below)
        ? undefined
        : { capability: row.rest, path: `${owner}.${below.join('.')}`, by: 'listed' };
    }
    if (length === parts.length && row.tree !== true && row.rest === undefined && parts.length > 1) continue;
  }
  return undefined;
}

/** A module among the attributes: `_os.system`, `sys.modules`, or a module as the end of the walk. */
function findWalked(parts: readonly string[]): Danger | undefined {
  for (let at = 0; at < parts.length; at += 1) {
    const plain = (parts[at] ?? '').replace(/^_+(?=[a-z])/, '');
    for (const head of new Set([parts[at] ?? '', plain])) {
      const module = canonicalModule(head);
      if (!Object.hasOwn(TABLE, module) || !isPowerfulModule(module)) continue;
      const rest = parts.slice(at + 1);
      if (rest.length === 0) {
        if (parts.length === 1 && !MODULES_WORTH_HOLDING.has(module)) continue;
        return { capability: 'reflect', path: module, by: 'walked' };
      }
      const found = findListed(module, rest.join('.'));
      if (found !== undefined) return { ...found, by: 'walked' };
    }
  }
  return undefined;
}

/** Held as an object, each gives everything. Other names of modules are also names of functions (`copy`, `code`). */
const MODULES_WORTH_HOLDING = new Set(
  'os sys subprocess builtins importlib shutil socket ctypes pickle marshal types runpy pty codecs imp operator functools inspect gc tempfile pathlib threading multiprocessing urllib requests'.split(
    ' ',
  ),
);

function isHarmless(row: DangerModule, below: readonly string[]): boolean {
  const harmless = row.harmless?.split(' ') ?? [];
  return harmless.includes(below.join('.')) || harmless.includes(below[0] ?? '');
}

function compile(module: string, row: DangerModule): ReadonlyMap<string, Capability> {
  const cached = COMPILED.get(module);
  if (cached !== undefined) return cached;
  const names = new Map<string, Capability>();
  // The worst first: of a name that stands twice, the worse holds.
  for (const capability of CAPABILITY_ORDER) {
    for (const name of row[capability]?.split(' ') ?? []) {
      if (!names.has(name)) names.set(name, capability);
    }
  }
  COMPILED.set(module, names);
  return names;
}
