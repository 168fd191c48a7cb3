import { EcosystemError } from '../ecosystem-error.ts';

/** A glob of `.gitignore` and `.gitattributes`, taken apart. */
export interface PathPattern {
  readonly segments: readonly (readonly Token[] | '**')[];
  readonly isAnchored: boolean; // else it is matched against the last segment alone
  readonly isFolderOnly: boolean;
}

type Token =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | {
      readonly kind: 'class';
      readonly isNegated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

/** Matching is at worst the product of both lengths, so what a request may spend is counted: about 100 ms. */
export class MatchBudget {
  #stepsLeft: number;

  constructor(steps = 5_000_000) {
    this.#stepsLeft = steps;
  }

  spend(): void {
    if (--this.#stepsLeft < 0) throw new EcosystemError('limit-exceeded', 'the path patterns cost too much');
  }
}

/** @see gitignore(5), "PATTERN FORMAT" */
export function parsePathPattern(text: string): PathPattern {
  const isFolderOnly = text.endsWith('/');
  const body = isFolderOnly ? text.slice(0, -1) : text;
  const isAnchored = body.includes('/');
  const segments = body
    .replace(/^\//, '')
    .split('/')
    .map((segment) => (segment === '**' ? ('**' as const) : parseSegment(segment)));
  return { segments, isAnchored, isFolderOnly };
}

export function matchesPath(pattern: PathPattern, path: string, budget: MatchBudget): boolean {
  const segments = path.split('/');
  const last = segments.at(-1) ?? '';
  const only = pattern.segments[0];
  if (!pattern.isAnchored) return only === '**' || (only !== undefined && matchSegment(only, last, budget));
  return matchList(
    pattern.segments,
    segments,
    (item) => item === '**',
    (item, segment) => item !== '**' && matchSegment(item, segment, budget),
    // `a/**` means what is inside `a`, not `a`
    pattern.segments.at(-1) === '**' ? 1 : 0,
  );
}

function matchSegment(tokens: readonly Token[], text: string, budget: MatchBudget): boolean {
  return matchList(
    tokens,
    [...text],
    (token) => token.kind === 'star',
    (token, char) => {
      budget.spend();
      switch (token.kind) {
        case 'char':
          return token.char === char;
        case 'any':
          return true;
        case 'star':
          return false;
        case 'class':
          return token.ranges.some(([from, to]) => char >= from && char <= to) !== token.isNegated;
      }
    },
    0,
  );
}

/**
 * Matches a list against a pattern in which some items stand for any number of elements. Only the last such item is
 * ever tried again, which is enough, and keeps the work at the product of both lengths.
 */
function matchList<P, T>(
  pattern: readonly P[],
  items: readonly T[],
  isStar: (item: P) => boolean,
  matches: (item: P, element: T) => boolean,
  minimumOfLastStar: 0 | 1,
): boolean {
  let at = 0;
  let index = 0;
  let star = -1;
  let starIndex = 0;
  while (index < items.length) {
    const item = pattern[at];
    const element = items[index] as T;
    if (item !== undefined && isStar(item)) {
      star = at++;
      starIndex = index;
    } else if (item !== undefined && matches(item, element)) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++starIndex;
    } else {
      return false;
    }
  }
  const isWhole = pattern.slice(at).every(isStar);
  if (!isWhole) return false;
  const endsInUnusedStar = at < pattern.length;
  return !(minimumOfLastStar === 1 && endsInUnusedStar);
}

function parseSegment(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const chars = [...text];
  for (let index = 0; index < chars.length; index++) {
    const char = chars[index] ?? '';
    if (char === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else if (char === '?') {
      tokens.push({ kind: 'any' });
    } else if (char === '[') {
      const end = findClassEnd(chars, index);
      if (end < 0) tokens.push({ kind: 'char', char });
      else {
        tokens.push(parseClass(chars.slice(index + 1, end)));
        index = end;
      }
    } else if (char === '\\' && index + 1 < chars.length) {
      tokens.push({ kind: 'char', char: chars[++index] ?? '' });
    } else {
      tokens.push({ kind: 'char', char });
    }
  }
  return tokens;
}

function findClassEnd(chars: readonly string[], start: number): number {
  const first = chars[start + 1] === '!' || chars[start + 1] === '^' ? start + 2 : start + 1;
  return chars.indexOf(']', first + 1); // a `]` that stands first is an ordinary character
}

function parseClass(chars: readonly string[]): Token {
  const isNegated = chars[0] === '!' || chars[0] === '^';
  const body = isNegated ? chars.slice(1) : chars;
  const ranges: (readonly [string, string])[] = [];
  for (let index = 0; index < body.length; index++) {
    const from = body[index] ?? '';
    const to = body[index + 2];
    if (body[index + 1] === '-' && to !== undefined) {
      ranges.push([from, to]);
      index += 2;
    } else {
      ranges.push([from, from]);
    }
  }
  return { kind: 'class', isNegated, ranges };
}
