import { quote } from '#kernel';

/** What a member name may do to whoever unpacks it, or hide from whoever looks for it. */
export type NameProblem =
  | 'absolute-name'
  | 'traversal-name'
  | 'backslash-name'
  | 'nul-in-name'
  | 'control-in-name'
  | 'empty-name';

export type NameClash = 'duplicate-name' | 'colliding-name' | 'file-and-directory';

const DRIVE = /^[A-Za-z]:/;
// Controls, and the marks that make a name display in another order or not at all.
const CONTROLS = /[\p{Cc}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

export function findNameProblems(path: string): NameProblem[] {
  const problems: NameProblem[] = [];
  const segments = path.split(/[/\\]/);
  if (path.startsWith('/') || path.startsWith('\\') || DRIVE.test(path)) problems.push('absolute-name');
  if (segments.includes('..')) problems.push('traversal-name');
  if (path.includes('\\')) problems.push('backslash-name');
  if (path.includes('\0')) problems.push('nul-in-name');
  if (CONTROLS.test(path.replaceAll('\0', ''))) problems.push('control-in-name');
  if (path === '') problems.push('empty-name');
  return problems;
}

export interface NameRegister {
  /** Enters a name; says with which earlier one it clashes, in which way. */
  enter(
    path: string,
    isDirectory: boolean,
  ): { readonly code: NameClash; readonly detail: string } | undefined;
}

export function createNameRegister(): NameRegister {
  const exact = new Set<string>();
  const folded = new Map<string, string>(); // to the first spelling
  const files = new Set<string>(); // folded
  const folders = new Set<string>(); // folded

  return {
    enter(path, isDirectory) {
      if (exact.has(path)) return { code: 'duplicate-name', detail: quote(path) };
      exact.add(path);
      const key = fold(path);
      const first = folded.get(key);
      folded.set(key, first ?? path);
      if (first !== undefined && !(isDirectory && folders.has(key))) {
        return { code: 'colliding-name', detail: `${quote(path)} and ${quote(first)}` };
      }
      const parents = parentsOf(key);
      const clash = isDirectory ? files.has(key) : folders.has(key);
      const blocked = parents.find((parent) => files.has(parent));
      for (const parent of parents) folders.add(parent);
      (isDirectory ? folders : files).add(key);
      if (!clash && blocked === undefined) return undefined;
      return { code: 'file-and-directory', detail: quote(path) };
    },
  };
}

/** One spelling for all names that one file system or another takes for the same. */
function fold(path: string): string {
  const text = path.normalize('NFKC').toLowerCase().replaceAll('\\', '/');
  return text
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}

/** Names nest at most this deep here; the rest of a deeper one is not compared. */
const MAX_PARENTS = 64;

function parentsOf(key: string): string[] {
  const parents: string[] = [];
  for (let at = key.indexOf('/'); at >= 0 && parents.length < MAX_PARENTS; at = key.indexOf('/', at + 1)) {
    parents.push(key.slice(0, at));
  }
  return parents;
}
