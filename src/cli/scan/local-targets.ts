import type { Dirent } from 'node:fs';
import { glob, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { openFileSource } from '#bytes';
import type { FileReport } from '#findings';
import { quote } from '#kernel';
import { createMissedReport, type Expansion, type ScanTarget, TargetError } from './scan-target.ts';

/** Git's own files are no part of what is loaded, and their packs are unreadable for us. */
const SKIPPED_FOLDERS = new Set(['.git']);

/**
 * A file, a folder with all below it, or a glob. Paths are shown as they were given.
 *
 * @throws {TargetError} `not-found`
 */
export async function expandLocal(word: string, cwd: string): Promise<Expansion> {
  if ((await look(resolve(cwd, word))) !== 'absent') return expandPath(word, cwd);
  const isGlob = /[*?[{]/.test(word);
  const matches = isGlob ? await matchGlob(word, cwd) : [];
  if (matches.length === 0) {
    throw new TargetError(
      'not-found',
      isGlob ? `nothing matches ${quote(word)}` : `no such file or folder: ${quote(word)}`,
    );
  }
  const expansions = await Promise.all(matches.map((match) => expandPath(match, cwd)));
  const seen = new Set<string>();
  const isNew = ({ path }: { readonly path: string }) => !seen.has(path) && seen.add(path);
  return {
    targets: expansions.flatMap(({ targets }) => targets.filter(isNew)),
    missed: expansions.flatMap(({ missed }) => missed.filter(isNew)),
    notes: [...new Set(expansions.flatMap(({ notes }) => notes))],
    resources: [],
  };
}

async function matchGlob(pattern: string, cwd: string): Promise<readonly string[]> {
  const matches: string[] = [];
  for await (const match of glob(pattern, { cwd })) matches.push(match);
  return matches.sort();
}

async function expandPath(path: string, cwd: string): Promise<Expansion> {
  if ((await look(resolve(cwd, path))) === 'folder') return new FolderWalk(path, cwd).run();
  return { targets: [fileTarget(path, cwd)], missed: [], notes: [], resources: [] };
}

/** What a path leads to, links followed. What cannot be looked at is reported when it is opened. */
async function look(path: string): Promise<'file' | 'folder' | 'other' | 'absent'> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return 'folder';
    return stats.isFile() ? 'file' : 'other';
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return error.code === 'ENOENT' || error.code === 'ENOTDIR' ? 'absent' : 'other';
  }
}

function fileTarget(path: string, cwd: string): ScanTarget {
  return { path: toShownPath(path), open: () => openFileSource(resolve(cwd, path)) };
}

/** Reports use `/` on every system. */
function toShownPath(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}

/** Collects the files below a folder, in the order of their names. */
class FolderWalk {
  readonly #path: string;
  readonly #cwd: string;
  readonly #targets: ScanTarget[] = [];
  readonly #missed: FileReport[] = [];
  readonly #skipped: string[] = [];

  constructor(path: string, cwd: string) {
    this.#path = path;
    this.#cwd = cwd;
  }

  async run(): Promise<Expansion> {
    const root = await realpath(resolve(this.#cwd, this.#path));
    await this.#walk(this.#path, root);
    const count = this.#skipped.length;
    const notes =
      count === 0 ? [] : [`skipped ${count === 1 ? '' : `${count} folders like `}${this.#skipped[0]}`];
    return { targets: this.#targets, missed: this.#missed, notes, resources: [] };
  }

  async #walk(folder: string, root: string): Promise<void> {
    for (const entry of await this.#list(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (SKIPPED_FOLDERS.has(entry.name)) this.#skipped.push(toShownPath(path));
        else await this.#walk(path, root);
      } else if (entry.isFile()) this.#targets.push(fileTarget(path, this.#cwd));
      else if (entry.isSymbolicLink()) await this.#follow(path, root);
      else this.#miss(path, 'no regular file: a pipe, socket or device');
    }
  }

  async #list(folder: string): Promise<readonly Dirent[]> {
    try {
      const entries = await readdir(resolve(this.#cwd, folder), { withFileTypes: true });
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error)) throw error;
      this.#miss(folder, `the folder cannot be listed: ${String(error.code)}`);
      return [];
    }
  }

  /** A link inside the folder leads to what is scanned anyway; one out of it is not followed. */
  async #follow(path: string, root: string): Promise<void> {
    let target: string;
    try {
      target = await realpath(resolve(this.#cwd, path));
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error)) throw error;
      this.#miss(path, `the link leads nowhere: ${String(error.code)}`);
      return;
    }
    if (isWithin(target, root)) return;
    if ((await look(target)) === 'file' && isWithin(target, hubCacheBlobs(root)))
      this.#targets.push(fileTarget(path, this.#cwd));
    else this.#miss(path, 'a link out of the folder, not followed');
  }

  #miss(path: string, detail: string): void {
    this.#missed.push(createMissedReport(toShownPath(path), detail));
  }
}

function isWithin(path: string, folder: string | undefined): boolean {
  if (folder === undefined) return false;
  const rest = relative(folder, path);
  return rest !== '..' && !rest.startsWith(`..${sep}`) && !isAbsolute(rest);
}

/**
 * In a Hub client's cache a snapshot consists of links into the folder `blobs` beside it: there the model is what the
 * links lead to.
 */
function hubCacheBlobs(root: string): string | undefined {
  for (let folder = root; folder !== dirname(folder); folder = dirname(folder)) {
    const isRepository = /^(?:models|datasets|spaces)--/.test(basename(folder));
    if (isRepository && relative(folder, root).split(sep)[0] === 'snapshots') return join(folder, 'blobs');
  }
  return undefined;
}
