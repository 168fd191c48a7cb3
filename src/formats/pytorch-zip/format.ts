import type { ZipFact } from '#bytes';
import type { Anomaly } from '../anomaly.ts';
import type { Format, FormatDocument } from '../format.ts';
import type { Operator } from '../torchscript/format.ts';
import { isZip } from '../zip/format.ts';

/** What torch.save, torch.jit.save and their kin write since 1.6: a zip archive of pickles and storages. */
export const pytorchZipFormat: Format<PytorchZipDocument> = {
  id: 'pytorch-zip',
  version: 1,
  title: 'PyTorch checkpoint',
  extensions: ['.pt', '.pth', '.bin', '.ckpt', '.ptl', '.pt2'],
  refines: 'zip',
  recognise: isZip,
  load: async () => (await import('./parse.ts')).parsePytorchZip,
};

/** `torchscript`: torch.load hands it to torch.jit.load, which runs no Python. */
export type Flavour = 'checkpoint' | 'torchscript' | 'package' | 'export';

export interface PytorchZipDocument extends FormatDocument {
  readonly kind: 'pytorch-zip';
  readonly flavour: Flavour;
  readonly root: string; // the folder that PyTorch's reader takes: that of the first entry
  readonly storages: number; // that are plain numbers, as their ids say
  readonly operators: readonly Operator[]; // of mobile byte code
  readonly facts: readonly ZipFact[]; // grows while members are read
  /** `foreign-root`, `no-root`, `storage-missing`, `storage-size`, `storage-unclear` */
  readonly anomalies: readonly Anomaly[];
}
