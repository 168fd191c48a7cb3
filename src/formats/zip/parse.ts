import type { ByteSource } from '#bytes';
import type { ParseContext } from '../format.ts';
import type { ZipDocument } from './format.ts';
import { contentEntries, openArchive, toMember } from './open-archive.ts';
import { zipGaps } from './zip-gaps.ts';

/** @throws {FormatError} `bad-magic` */
export async function parseZip(source: ByteSource, context: ParseContext): Promise<ZipDocument> {
  const index = await openArchive(source, context);
  return {
    kind: 'zip',
    entries: index.entries.length,
    facts: index.facts,
    dataBytes: 0,
    get gaps() {
      return zipGaps(index.facts);
    },
    members: contentEntries(index).map((entry) => toMember(index, entry, context)),
  };
}
