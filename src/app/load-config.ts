import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { quote } from '#kernel';
import { Config } from './config.ts';
import { ConfigError } from './config-error.ts';

type Tree = { [key: string]: Tree | unknown };

const ENV_PREFIX = 'SALLYPORT_';

/** Variables with the prefix that belong to the command line, not to the server's configuration. */
const OTHER_VARIABLES = new Set([
  'SALLYPORT_URL',
  'SALLYPORT_TOKEN',
  'SALLYPORT_CONFIG',
  'SALLYPORT_UPSTREAM_TOKEN',
  'SALLYPORT_REEXECUTED', // set by bin/sallyport.js for the Node that it hands over to
]);

/** The largest configuration file that makes sense. */
const MAX_FILE_BYTES = 256 * 1024;

/**
 * Flags over environment over file over defaults, parsed once and frozen.
 *
 * @throws {ConfigError} naming the key that is wrong
 */
export async function loadConfig(input: {
  readonly flags: Tree;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file: string | undefined;
}): Promise<Config> {
  const fromFile = input.file === undefined ? {} : await readConfigFile(input.file);
  const merged = merge(
    merge(merge({ dataDir: defaultDataDir(input.env) }, fromFile), fromEnv(input.env)),
    input.flags,
  );
  const parsed = Config.safeParse(merged);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      (issue) => `${issue.path.map(String).join('.') || 'configuration'}: ${issue.message}`,
    );
    throw new ConfigError('invalid', lines.join('; '), { cause: parsed.error });
  }
  return deepFreeze(parsed.data);
}

function defaultDataDir(env: Readonly<Record<string, string | undefined>>): string {
  return join(env.XDG_DATA_HOME || join(env.HOME || homedir(), '.local', 'share'), 'sallyport');
}

async function readConfigFile(path: string): Promise<Tree> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConfigError('unreadable', `cannot read the configuration file ${quote(path)}`, { cause });
  }
  if (text.length > MAX_FILE_BYTES)
    throw new ConfigError('invalid', `${quote(path)} is larger than ${MAX_FILE_BYTES} bytes`);
  let tree: unknown;
  try {
    tree = parseYaml(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw new ConfigError(
      'invalid',
      `${quote(path)} is not YAML: ${cause instanceof Error ? cause.message : ''}`,
      { cause },
    );
  }
  if (tree === null || tree === undefined) return {};
  if (!isTree(tree)) throw new ConfigError('invalid', `${quote(path)}: expected keys and values`);
  return tree;
}

/** `SALLYPORT_LISTEN_PORT` sets `listen.port`; an unknown one is an error like an unknown key. */
function fromEnv(env: Readonly<Record<string, string | undefined>>): Tree {
  const tree: Tree = {};
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(ENV_PREFIX) || OTHER_VARIABLES.has(name) || value === undefined) continue;
    const path = findKey(Config, name.slice(ENV_PREFIX.length));
    if (path === undefined) throw new ConfigError('invalid', `${name} is not a setting`);
    set(tree, path, value);
  }
  return tree;
}

function toEnvName(path: readonly string[]): string {
  return path.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_');
}

interface Shaped {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly def?: { readonly innerType?: unknown };
}

function findKey(schema: unknown, name: string, path: readonly string[] = []): readonly string[] | undefined {
  const { shape, def } = schema as Shaped;
  if (shape === undefined) {
    if (def?.innerType !== undefined) return findKey(def.innerType, name, path);
    return path.length > 0 && toEnvName(path) === name ? path : undefined;
  }
  for (const [key, inner] of Object.entries(shape)) {
    const found = findKey(inner, name, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function set(tree: Tree, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const inner = tree[key];
  const child: Tree = isTree(inner) ? inner : {};
  tree[key] = child;
  set(child, rest, value);
}

function merge(under: Tree, over: Tree): Tree {
  const merged: Tree = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = merged[key];
    merged[key] = isTree(below) && isTree(value) ? merge(below, value) : value;
  }
  return merged;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
