import type { ByteSource } from '#bytes';
import type { ParseContext } from '../format.ts';
import type { TarDocument } from './format.ts';
import { openTar, tarContentEntries, tarGaps, toTarMember } from './open-tar.ts';

/** @throws {FormatError} `bad-magic` */
export async function parseTar(source: ByteSource, context: ParseContext): Promise<TarDocument> {
  const index = await openTar(source, context);
  return {
    kind: 'tar',
    entries: index.entries.length,
    facts: index.facts,
    dataBytes: 0,
    gaps: tarGaps(index.facts),
    members: tarContentEntries(index).map((entry) => toTarMember(index, entry)),
  };
}
