import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { StoreError } from '../store-error.ts';

/** Reports of many files repeat themselves: they shrink to a tenth. */
export interface PackedJson {
  readonly sizeBytes: number; // of the JSON text
  readonly body: Uint8Array;
}

/** A report is bounded by the limits of the scan; this only keeps a damaged row from filling the memory. */
const MAX_TEXT_BYTES = 256 * 1024 * 1024;

export async function packJson(text: string): Promise<PackedJson> {
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_TEXT_BYTES) {
    throw new StoreError('invalid-value', `a report of ${bytes.length} bytes is too large to keep`);
  }
  return { sizeBytes: bytes.length, body: await promisify(gzip)(bytes, { level: 4 }) };
}

/** @throws {StoreError} `corrupt` */
export async function unpackJson({ sizeBytes, body }: PackedJson): Promise<unknown> {
  try {
    const bytes = await promisify(gunzip)(body, { maxOutputLength: Math.min(sizeBytes, MAX_TEXT_BYTES) });
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw new StoreError('corrupt', 'a stored report cannot be read', { cause: error });
  }
}
