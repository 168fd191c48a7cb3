import type { ByteSource } from '../byte-source.ts';
import { sliceSource } from '../sources/slice-source.ts';
import type { TarEntry, TarIndex } from './tar-index.ts';

/** The content of an entry as it is stored, a region of the archive; cut where the archive ends. */
export function openTarMember(index: TarIndex, entry: TarEntry): ByteSource {
  const offset = Math.min(entry.dataOffset, index.source.sizeBytes);
  return sliceSource(index.source, offset, Math.min(entry.sizeBytes, index.source.sizeBytes - offset));
}
