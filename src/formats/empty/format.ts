import type { Format, FormatDocument } from '../format.ts';

/** No bytes at all: nothing that a loader could read. */
export const emptyFormat: Format = {
  id: 'empty',
  version: 1,
  title: 'Empty file',
  extensions: [],
  recognise: (sample) => sample.sizeBytes === 0,
  load: async () => (await import('./parse.ts')).parseEmpty,
};

export interface EmptyDocument extends FormatDocument {
  readonly kind: 'empty';
}
