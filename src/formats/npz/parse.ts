import type { ByteSource } from '#bytes';
import type { ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import { contentEntries, openArchive, toMember } from '../zip/open-archive.ts';
import { zipGaps } from '../zip/zip-gaps.ts';
import type { NpzDocument } from './format.ts';

/**
 * Lists an archive whose entries are all named like arrays. What each of them is, its content says.
 *
 * @throws {FormatError} `bad-magic` when there is an entry of another name: just a zip
 */
export async function parseNpz(source: ByteSource, context: ParseContext): Promise<NpzDocument> {
  const index = await openArchive(source, context);
  const entries = contentEntries(index);
  if (entries.length === 0 || !entries.every((entry) => entry.path.endsWith('.npy'))) {
    throw new FormatError('bad-magic', 0, 'no archive of arrays alone');
  }
  return {
    kind: 'npz',
    arrays: entries.length,
    facts: index.facts,
    dataBytes: 0,
    get gaps() {
      return zipGaps(index.facts);
    },
    members: entries.map((entry) => toMember(index, entry, context)),
  };
}
