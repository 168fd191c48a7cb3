import type { ByteSource } from '#bytes';
import { FormatError } from '../format-error.ts';
import type { EmptyDocument } from './format.ts';

/** @throws {FormatError} `bad-magic` when there are bytes after all */
export async function parseEmpty(source: ByteSource): Promise<EmptyDocument> {
  if (source.sizeBytes !== 0) throw new FormatError('bad-magic', 0, 'expected an empty file');
  return { kind: 'empty', dataBytes: 0, gaps: [], members: [] };
}
