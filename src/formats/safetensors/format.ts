import type { Anomaly } from '../anomaly.ts';
import type { Format, FormatDocument } from '../format.ts';

/** Length of the header, 8 bytes, little-endian; the header, JSON; the tensors. */
export const safetensorsFormat: Format<SafetensorsDocument> = {
  id: 'safetensors',
  version: 1,
  title: 'safetensors',
  extensions: ['.safetensors'],
  recognise({ head }) {
    if (head.length < 10 || head[8] !== 0x7b) return false;
    const headerBytes = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
    // Any text has a `{` at its ninth byte now and then; no text makes so small a number.
    return headerBytes >= 2n && headerBytes < 1n << 40n;
  },
  load: async () => (await import('./parse.ts')).parseSafetensors,
};

export interface SafetensorsDocument extends FormatDocument {
  readonly kind: 'safetensors';
  readonly headerBytes: number;
  readonly tensors: number;
  readonly dtypes: readonly string[]; // those that the format knows, sorted
  readonly metadataKeys: readonly string[]; // the first 64
  /** What the reference reader refuses or may read otherwise: each is a gap as well. */
  readonly anomalies: readonly Anomaly[];
}
