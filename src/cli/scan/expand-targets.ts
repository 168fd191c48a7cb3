import type { Io } from '../io.ts';
import { expandLocal } from './local-targets.ts';
import type { Expansion } from './scan-target.ts';

/**
 * What the arguments of a scan name, in their order: `hf://…`, `http(s)://…`, `-`, a file, a folder, a glob. What
 * reaches the network is loaded when it is asked for.
 *
 * @throws {TargetError}
 */
export async function expandTargets(words: readonly string[], io: Io): Promise<Expansion> {
  const expansions: Expansion[] = [];
  for (const word of words) expansions.push(await expandTarget(word, io));
  return joinExpansions(expansions);
}

async function expandTarget(word: string, io: Io): Promise<Expansion> {
  if (word === '-') return (await import('./stdin-target.ts')).expandStdin(io.stdin);
  if (/^hf:\/\//.test(word)) return (await import('./hub-targets.ts')).expandHub(word, io);
  if (/^https?:\/\//i.test(word)) return (await import('./http-target.ts')).expandHttp(word);
  return expandLocal(word, io.cwd);
}

/** One file named twice is scanned once. */
function joinExpansions(expansions: readonly Expansion[]): Expansion {
  const seen = new Set<string>();
  const isNew = ({ path }: { readonly path: string }) => !seen.has(path) && seen.add(path);
  return {
    targets: expansions.flatMap(({ targets }) => targets.filter(isNew)),
    missed: expansions.flatMap(({ missed }) => missed.filter(isNew)),
    notes: expansions.flatMap(({ notes }) => notes),
    resources: expansions.flatMap(({ resources }) => resources),
  };
}
