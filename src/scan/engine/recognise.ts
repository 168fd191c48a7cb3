import type { Format, Sample } from '#formats';

/** Formats of one family: all refine one format, or are it. Most specific first. */
export type Family = readonly Format[];

export interface Recognition {
  /** Two families mean that two programs may see two different files in one. */
  readonly families: readonly Family[];
  /** What a `recognise` threw: a bug of ours that a file brought to light. */
  readonly failures: readonly unknown[];
}

/** Says as what a file is to be read, from its ends. */
export function recognise(sample: Sample, formats: readonly Format[]): Recognition {
  const families = new Map<Format, Format[]>();
  const failures: unknown[] = [];
  for (const format of formats) {
    try {
      if (!format.recognise(sample)) continue;
    } catch (error) {
      failures.push(error);
      continue;
    }
    const root = [format, ...basesOf(format, formats)].at(-1) ?? format;
    const family = families.get(root);
    if (family === undefined) families.set(root, [format]);
    else family.push(format);
  }
  return { families: [...families.values()].map((family) => withoutBases(family, formats)), failures };
}

/** What a format refines, directly and through others, nearest first. */
export function basesOf(format: Format, formats: readonly Format[]): readonly Format[] {
  const bases: Format[] = [];
  let current = format;
  while (current.refines !== undefined && bases.length < formats.length) {
    const base = formats.find((candidate) => candidate.id === current.refines);
    if (base === undefined) break;
    bases.push(base);
    current = base;
  }
  return bases;
}

/** A base is read only when what refines it turns out not to be that. */
function withoutBases(family: readonly Format[], formats: readonly Format[]): Family {
  const bases = new Set(family.flatMap((format) => basesOf(format, formats)));
  return family.filter((format) => !bases.has(format));
}
