import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { mutate } from './mutate.ts';
import type { READERS } from './transcript.ts';

type Reader = (typeof READERS)[number];

/** What CPython's unpicklers recorded of one stream; see build.py. */
export interface GoldenStream {
  readonly name: string;
  readonly bytes: Buffer;
  readonly recorded: Readonly<
    Record<Reader, { readonly consumed: number; readonly lines: readonly string[] }>
  >;
}

export interface GoldenMutant {
  readonly name: string; // of the stream, and the seed
  readonly bytes: Buffer;
  readonly recorded: Readonly<Record<Reader, { readonly consumed: number; readonly digest: number }>>;
}

const STREAMS: Readonly<Record<string, { readonly deflated: string } & GoldenStream['recorded']>> =
  readJson('golden.json').streams;

export function readStreams(): readonly GoldenStream[] {
  return Object.entries(STREAMS).map(([name, { deflated, ...recorded }]) => {
    return { name, bytes: unpack(deflated), recorded };
  });
}

/** Every mutant of every stream, made again from its seed. */
export function* readMutants(): Generator<GoldenMutant> {
  const { seeds, outcomes } = readJson('mutants.json');
  const numbers = unpack(outcomes);
  let at = 0;
  const take = () => {
    const outcome = { consumed: numbers.readInt32LE(at), digest: numbers.readUInt32LE(at + 4) };
    at += 8;
    return outcome;
  };
  for (const [name, count] of Object.entries<number>(seeds)) {
    const bytes = unpack(STREAMS[name]?.deflated ?? '');
    for (let seed = 1; seed <= count; seed += 1) {
      const recorded = { c: take(), stream: take(), python: take() };
      yield { name: `${name} ${seed}`, bytes: mutate(bytes, seed), recorded };
    }
  }
}

function readJson(name: string) {
  return JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));
}

function unpack(deflated: string): Buffer {
  return inflateSync(Buffer.from(deflated, 'base64'));
}
