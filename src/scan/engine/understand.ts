import type { ByteSource } from '#bytes';
import { type Format, type FormatDocument, FormatError, type ParseContext, type Sample } from '#formats';
import { quote } from '#kernel';
import { DeadlineError } from './deadline.ts';
import { type Ends, headOf, tailOf } from './ends.ts';
import { findMisleadingName, findPolyglot } from './file-rules.ts';
import { toGap } from './gap.ts';
import type { Judgement } from './judge.ts';
import { basesOf, type Family, recognise } from './recognise.ts';

/** A file as one format sees it. */
export interface Understood {
  readonly format: Format;
  readonly document: FormatDocument;
}

export interface Material {
  readonly source: ByteSource;
  readonly context: ParseContext;
  readonly formats: readonly Format[];
  readonly judgement: Judgement; // gets the gaps, and findings on the file as such
}

/** Reads a file as the one format that its loader takes it for, whatever its bytes look like. */
export async function understandAs(material: Material, formatId: string): Promise<readonly Understood[]> {
  const format = material.formats.find((candidate) => candidate.id === formatId);
  if (format === undefined) {
    const detail = `its loader reads it as ${quote(formatId, 40)}, which this engine does not know`;
    material.judgement.addGap({ code: 'unsupported', detail });
    return [];
  }
  const outcome = await parseAs(material, format);
  if (outcome === 'other') {
    material.judgement.addGap({
      code: 'malformed',
      detail: `its loader reads it as ${format.title}, which it is not`,
    });
  }
  return typeof outcome === 'string' ? [] : [outcome];
}

/** Reads a file as every format that its content shows. Empty when none does, which is a gap. */
export async function understand(material: Material, ends: Ends): Promise<readonly Understood[]> {
  const { context, formats, judgement, source } = material;
  const sample: Sample = {
    name: lastSegment(context.name),
    sizeBytes: source.sizeBytes,
    head: headOf(ends),
    tail: tailOf(ends),
  };
  const { families, failures } = recognise(sample, formats);
  for (const failure of failures) judgement.addGap(toGap(failure));
  const understood: Understood[] = [];
  let isRefused = families.length === 0;
  for (const family of families) {
    const members = await understandFamily(material, family);
    if (members === 'other') isRefused = true;
    else understood.push(...members);
  }
  const shown = understood.map(({ format }) => format);
  if (understood.length === 0 && isRefused) {
    judgement.addGap({ code: 'unrecognised', detail: 'no known format matches the content' });
  }
  const polyglot = findPolyglot(shown);
  if (polyglot !== undefined) judgement.addFinding(polyglot);
  const candidates = families.flat().flatMap((format) => [format, ...basesOf(format, formats)]);
  const misleading = findMisleadingName(sample.name, candidates, formats);
  if (misleading !== undefined) judgement.addFinding(misleading);
  return understood;
}

/**
 * The most specific formats of a family that the file turns out to be. What a specific parser cannot finish is read
 * as its base too, so that members behind the broken part are still seen.
 *
 * @returns `other` when the file is none of them
 */
async function understandFamily(
  material: Material,
  family: Family,
): Promise<readonly Understood[] | 'other'> {
  let level: readonly Format[] = family;
  let isOther = true;
  const tried = new Set<Format>();
  while (level.length > 0) {
    const understood: Understood[] = [];
    const next = new Set<Format>();
    for (const format of level) {
      tried.add(format);
      const outcome = await parseAs(material, format);
      if (outcome !== 'other') isOther = false;
      if (typeof outcome !== 'string') understood.push(outcome);
      else if (outcome !== 'unreadable')
        for (const base of basesOf(format, material.formats).slice(0, 1)) next.add(base);
    }
    if (understood.length > 0) return understood;
    level = [...next].filter((format) => !tried.has(format));
  }
  return isOther ? 'other' : [];
}

/**
 * @returns `other` when it is not this format, `broken` when the parser could not finish, `unreadable` when it could
 * not get the bytes or the time, so that another parser would not either
 */
async function parseAs(
  material: Material,
  format: Format,
): Promise<Understood | 'other' | 'broken' | 'unreadable'> {
  try {
    material.context.checkDeadline();
    const parse = await format.load();
    const document = await parse(material.source, material.context);
    if (document.kind !== format.id) {
      throw new TypeError(`parser of ${format.id} gave a document of kind ${document.kind}`);
    }
    return { format, document };
  } catch (error) {
    if (error instanceof FormatError && error.code === 'bad-magic') return 'other';
    material.judgement.addGap(toGap(error));
    const isUnreadable = error instanceof DeadlineError || toGap(error).code === 'unreadable';
    return isUnreadable ? 'unreadable' : 'broken';
  }
}

function lastSegment(path: string): string {
  return path
    .slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'), path.lastIndexOf('!')) + 1)
    .toLowerCase();
}
