import type { ZipFact } from '#bytes';
import type { Format, FormatDocument, Sample } from '../format.ts';

/** Any zip archive that no more specific format claims. */
export const zipFormat: Format<ZipDocument> = {
  id: 'zip',
  version: 1,
  title: 'Zip archive',
  extensions: ['.zip', '.whl', '.jar', '.keras', '.nemo', '.mar'],
  recognise: isZip,
  load: async () => (await import('./parse.ts')).parseZip,
};

export interface ZipDocument extends FormatDocument {
  readonly kind: 'zip';
  readonly entries: number;
  readonly facts: readonly ZipFact[]; // grows while members are read
}

/** Starts like an archive, or has an end record where readers look for one: other bytes may come first. */
export function isZip({ head, tail }: Sample): boolean {
  const hasStart = head[0] === 0x50 && head[1] === 0x4b && (head[2] ?? 0) <= 7 && (head[3] ?? 0) <= 8;
  return (
    hasStart || Buffer.from(tail.buffer, tail.byteOffset, tail.length).includes('PK\x05\x06', 0, 'latin1')
  );
}
