import { startsTar, type TarFact } from '#bytes';
import type { Format, FormatDocument } from '../format.ts';
import type { PickleProgram } from '../pickle/document.ts';

/** What torch.save wrote before 0.1.11: a tar archive of four files, which torch.load still takes. */
export const pytorchTarFormat: Format<PytorchTarDocument> = {
  id: 'pytorch-tar',
  version: 1,
  title: 'PyTorch checkpoint (tar)',
  extensions: ['.pt', '.pth', '.bin'],
  refines: 'tar',
  recognise: ({ head }) => startsTar(head),
  load: async () => (await import('./parse.ts')).parsePytorchTar,
};

export interface PytorchTarDocument extends FormatDocument {
  readonly kind: 'pytorch-tar';
  readonly facts: readonly TarFact[];
  /** Of `sys_info`, `storages`, `tensors` and `pickle`, in the order in which they are loaded; offsets of the archive. */
  readonly programs: readonly PickleProgram[];
  readonly storages: number;
}
