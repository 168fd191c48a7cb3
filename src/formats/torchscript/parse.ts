import type { ByteSource } from '#bytes';
import type { ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import type { TorchscriptDocument } from './format.ts';
import { readOperators } from './read-operators.ts';

/** The source of one module; the largest models have some hundred kilobytes. */
const MAX_SOURCE_BYTES = 64 * 1024 * 1024;

/** @throws {FormatError} `inconsistent` when it is no UTF-8 or has a string without end, `limit-exceeded` */
export async function parseTorchscript(
  source: ByteSource,
  context: ParseContext,
): Promise<TorchscriptDocument> {
  if (source.sizeBytes > MAX_SOURCE_BYTES) {
    throw new FormatError('limit-exceeded', 0, `source of ${source.sizeBytes} bytes`);
  }
  const bytes = await source.read(0, source.sizeBytes);
  const operators = readOperators(decode(bytes), () => context.checkDeadline());
  return { kind: 'torchscript', operators, dataBytes: 0, gaps: [], members: [] };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause; // what a fatal decoder throws
    throw new FormatError('inconsistent', 0, 'not UTF-8', { cause });
  }
}
