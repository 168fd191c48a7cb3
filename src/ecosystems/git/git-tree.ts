import { type GitOid, quote } from '#kernel';
import { EcosystemError } from '../ecosystem-error.ts';
import { hashGitObject } from './git-object.ts';

export interface GitTreeFile {
  readonly path: string;
  readonly gitOid: GitOid;
}

export interface GitTree {
  readonly path: string; // '' for the root
  readonly oid: GitOid;
  readonly bytes: Uint8Array; // the object itself
}

interface Folder {
  readonly files: Map<string, GitOid>;
  readonly folders: Map<string, Folder>;
}

/**
 * The tree objects of a set of files, all of them regular (mode 100644).
 *
 * @returns every folder's tree by its path, children before their parents; the root (`''`) is the last
 * @throws {EcosystemError} `path-conflict` when a path is a file and a folder, or stands there twice
 * @see gitformat-pack(5), git-mktree(1): entries sort by name as bytes, folders as if they ended in `/`
 */
export function buildGitTrees(files: Iterable<GitTreeFile>): ReadonlyMap<string, GitTree> {
  const root: Folder = { files: new Map(), folders: new Map() };
  for (const file of files) place(root, file);
  const trees = new Map<string, GitTree>();
  renderFolder(root, '', trees);
  return trees;
}

function place(root: Folder, file: GitTreeFile): void {
  const segments = file.path.split('/');
  const name = segments.pop() ?? '';
  let folder = root;
  for (const segment of segments) {
    if (folder.files.has(segment)) throw conflict(file.path);
    const next = folder.folders.get(segment) ?? { files: new Map(), folders: new Map() };
    folder.folders.set(segment, next);
    folder = next;
  }
  if (folder.files.has(name) || folder.folders.has(name)) throw conflict(file.path);
  folder.files.set(name, file.gitOid);
}

function conflict(path: string): EcosystemError {
  return new EcosystemError('path-conflict', `a file and another entry share the path ${quote(path)}`);
}

function renderFolder(folder: Folder, path: string, trees: Map<string, GitTree>): GitOid {
  const entries: { readonly sortKey: Buffer; readonly bytes: Buffer }[] = [];
  const add = (mode: string, name: string, oid: GitOid, suffix: string) =>
    entries.push({
      sortKey: Buffer.from(name + suffix),
      bytes: Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]),
    });
  for (const [name, child] of folder.folders) {
    add('40000', name, renderFolder(child, path === '' ? name : `${path}/${name}`, trees), '/');
  }
  for (const [name, oid] of folder.files) add('100644', name, oid, '');
  entries.sort((a, b) => Buffer.compare(a.sortKey, b.sortKey));
  const bytes = Buffer.concat(entries.map((entry) => entry.bytes));
  const oid = hashGitObject('tree', bytes);
  trees.set(path, { path, oid, bytes });
  return oid;
}
