import { BytesError, type ZipEntry, type ZipIndex } from '#bytes';
import type { ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import type { PickleDocument } from '../pickle/document.ts';
import { parsePickle } from '../pickle/parse.ts';
import { toMember } from '../zip/open-archive.ts';

/**
 * Runs a member as a pickle. Nothing when it cannot be opened or is none: whoever opens the member then reports it.
 *
 * @throws what the deadline throws
 */
export async function readPickleMember(
  index: ZipIndex,
  entry: ZipEntry,
  context: ParseContext,
): Promise<PickleDocument | undefined> {
  try {
    const source = await toMember(index, entry, context).open();
    return await parsePickle(source, { ...context, name: `${context.name}!${entry.path}` });
  } catch (error) {
    if (error instanceof FormatError || error instanceof BytesError) return undefined;
    throw error;
  }
}
