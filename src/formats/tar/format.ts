import { startsTar, type TarFact } from '#bytes';
import type { Format, FormatDocument } from '../format.ts';

/** Any tar archive that no more specific format claims: v7, ustar, pax, GNU. */
export const tarFormat: Format<TarDocument> = {
  id: 'tar',
  version: 1,
  title: 'Tar archive',
  extensions: ['.tar', '.nemo'],
  recognise: ({ head }) => startsTar(head),
  load: async () => (await import('./parse.ts')).parseTar,
};

export interface TarDocument extends FormatDocument {
  readonly kind: 'tar';
  readonly entries: number;
  readonly facts: readonly TarFact[];
}
