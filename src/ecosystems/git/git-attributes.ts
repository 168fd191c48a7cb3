import { EcosystemError } from '../ecosystem-error.ts';
import { MatchBudget, matchesPath, type PathPattern, parsePathPattern } from './path-pattern.ts';

/** Far above what repositories have; keeps the matching of 256 paths in milliseconds. */
const MAX_TEXT_LENGTH = 64 * 1024;
const MAX_PATTERNS = 1_000;
const MAX_PATTERN_LENGTH = 256;

/**
 * Reads which paths `.gitattributes` gives to Git LFS.
 *
 * @throws {EcosystemError} `limit-exceeded`, also from the returned function
 * @see gitattributes(5); the last line that names the filter of a path wins
 */
export function parseLfsAttributes(text: string): (path: string) => boolean {
  const rules: { readonly pattern: PathPattern; readonly isLfs: boolean }[] = [];
  for (const line of readLines(text)) {
    const [pattern = '', ...attributes] = line.split(/[ \t]+/);
    if (pattern === '' || pattern.startsWith('[attr]')) continue;
    for (const attribute of attributes) {
      if (!/^[-!]?filter(?:=|$)/.test(attribute)) continue;
      rules.push({ pattern: parsePathPattern(checkLength(pattern)), isLfs: attribute === 'filter=lfs' });
    }
  }
  checkCount(rules.length);
  const budget = new MatchBudget();
  return (path) =>
    rules.findLast((rule) => !rule.pattern.isFolderOnly && matchesPath(rule.pattern, path, budget))?.isLfs ??
    false;
}

/**
 * Reads which paths `.gitignore` leaves out.
 *
 * @throws {EcosystemError} `limit-exceeded`, also from the returned function
 */
export function parseGitIgnore(text: string): (path: string) => boolean {
  const rules: { readonly pattern: PathPattern; readonly isIgnored: boolean }[] = [];
  for (const line of readLines(text)) {
    const isNegated = line.startsWith('!');
    const pattern = isNegated ? line.slice(1) : line;
    if (pattern === '' || pattern === '/') continue;
    rules.push({ pattern: parsePathPattern(checkLength(pattern)), isIgnored: !isNegated });
  }
  checkCount(rules.length);
  const budget = new MatchBudget();
  const decide = (path: string, isFolder: boolean): boolean =>
    rules.findLast(
      (rule) => (isFolder || !rule.pattern.isFolderOnly) && matchesPath(rule.pattern, path, budget),
    )?.isIgnored ?? false;
  return (path) => {
    // What lies in an ignored folder cannot be taken back in.
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      if (decide(path.slice(0, slash), true)) return true;
    }
    return decide(path, false);
  };
}

function readLines(text: string): readonly string[] {
  if (text.length > MAX_TEXT_LENGTH)
    throw new EcosystemError('limit-exceeded', `expected at most ${MAX_TEXT_LENGTH} characters of patterns`);
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, '').replace(/(?<!\\)[ \t]+$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function checkLength(pattern: string): string {
  if (pattern.length <= MAX_PATTERN_LENGTH) return pattern;
  throw new EcosystemError('limit-exceeded', `a path pattern may have ${MAX_PATTERN_LENGTH} characters`);
}

function checkCount(count: number): void {
  if (count > MAX_PATTERNS)
    throw new EcosystemError('limit-exceeded', `expected at most ${MAX_PATTERNS} path patterns`);
}
