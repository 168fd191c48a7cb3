import { type ByteSource, sliceSource } from '#bytes';
import type { Member } from './format.ts';

/** A region of a file that its format does not explain, opened like any file. None when it is empty. */
export function restMember(
  source: ByteSource,
  offset: number,
  endOffset = source.sizeBytes,
): readonly Member[] {
  const sizeBytes = endOffset - offset;
  if (sizeBytes <= 0) return [];
  return [
    {
      path: `bytes-from-${offset}`,
      sizeBytes,
      role: 'content',
      open: async () => sliceSource(source, offset, sizeBytes),
    },
  ];
}
