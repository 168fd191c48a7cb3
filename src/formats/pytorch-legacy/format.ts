import type { Anomaly } from '../anomaly.ts';
import type { Format, FormatDocument } from '../format.ts';
import type { PickleProgram } from '../pickle/document.ts';

/** What torch.save wrote before 1.6: five pickles, then raw storages. */
export const pytorchLegacyFormat: Format<PytorchLegacyDocument> = {
  id: 'pytorch-legacy',
  version: 1,
  title: 'PyTorch checkpoint (before 1.6)',
  extensions: ['.pt', '.pth', '.bin', '.ckpt'],
  refines: 'pickle',
  recognise({ head }) {
    const start = Buffer.from(head.buffer, head.byteOffset, Math.min(64, head.length));
    return start.includes(MAGIC) || start.includes(MAGIC_TEXT);
  },
  load: async () => (await import('./parse.ts')).parsePytorchLegacy,
};

/** `LONG1` of 0x1950a86a20f9469cfc6c and STOP. */
const MAGIC = Buffer.from('8a0a6cfc9c46f9206aa850192e', 'hex');
/** The same in protocols 0 and 1. */
const MAGIC_TEXT = Buffer.from('L119547037146038801333356L\n.');

export interface PytorchLegacyDocument extends FormatDocument {
  readonly kind: 'pytorch-legacy';
  /** Magic number, protocol version, system, object, keys of the storages: as many as could be run. */
  readonly programs: readonly PickleProgram[];
  readonly storages: number;
  readonly anomalies: readonly Anomaly[]; // `not-the-magic`, `storage-unknown`, `storage-size`, `trailing-bytes`
}
