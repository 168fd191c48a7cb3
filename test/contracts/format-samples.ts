import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { memorySource } from '#bytes';
import type { Format } from '#formats';
import { type FormatSample, toContext, toSample } from './format-sample.ts';
import { readAs } from './format-trials.ts';

const CORPUS = join(import.meta.dirname, '..', 'corpus');

/** Every sample of every folder under test/corpus. */
export function readCorpus(): readonly FormatSample[] {
  const samples: FormatSample[] = [];
  for (const entry of readdirSync(CORPUS, { recursive: true, withFileTypes: true })) {
    const path = relative(CORPUS, join(entry.parentPath, entry.name)).split(sep).join('/');
    const kind = path.split('/')[1];
    if (!entry.isFile() || (kind !== 'benign' && kind !== 'malicious' && kind !== 'malformed')) continue;
    samples.push({ path, kind, bytes: readFileSync(join(CORPUS, path)) });
  }
  return samples.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * The samples that are of a format and of none that refines it, by their content, and the members that a loader would
 * read as it.
 */
export async function samplesOf(
  format: Format,
  formats: readonly Format[],
  corpus: readonly FormatSample[],
): Promise<readonly FormatSample[]> {
  const refining = formats.filter((other) => basesOf(other, formats).includes(format));
  const found: FormatSample[] = [];
  for (const sample of corpus) {
    if (await isOf(format, sample)) found.push(sample);
    else if (sample.kind !== 'malformed') found.push(...(await membersOf(format, sample, formats)));
  }
  const own = await Promise.all(
    found.map(async (sample) => {
      const takes = await Promise.all(refining.map((other) => isOf(other, sample)));
      return takes.includes(true) ? [] : [sample];
    }),
  );
  return own.flat();
}

function basesOf(format: Format, formats: readonly Format[]): readonly Format[] {
  const base = formats.find(({ id }) => id === format.refines);
  return base === undefined ? [] : [base, ...basesOf(base, formats)];
}

/** Recognised, and not found to be something else by the parser. */
async function isOf(format: Format, sample: FormatSample): Promise<boolean> {
  if (!format.recognise(toSample(sample.path, sample.bytes))) return false;
  const { codes } = await readAs(format, sample);
  return !codes.includes('bad-magic');
}

/** Members that their container says are loaded as a format that no content shows. */
async function membersOf(
  format: Format,
  sample: FormatSample,
  formats: readonly Format[],
): Promise<readonly FormatSample[]> {
  if (format.extensions.length > 0) return [];
  const found: FormatSample[] = [];
  for (const container of formats) {
    if (!container.recognise(toSample(sample.path, sample.bytes))) continue;
    const parse = await container.load();
    const document = await parse(memorySource(sample.bytes), toContext(sample.path)).catch(() => undefined);
    for (const member of document?.members ?? []) {
      if (member.loadedAs !== format.id) continue;
      const source = await member.open();
      const bytes = await source.read(0, source.sizeBytes);
      found.push({ ...sample, path: `${sample.path}!${member.path}`, bytes });
    }
  }
  return found;
}
