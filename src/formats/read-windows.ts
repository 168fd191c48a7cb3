import type { ByteSource } from '#bytes';
import type { ParseContext } from './format.ts';

/** Large enough that a range request is worth its round trip, small enough to hold several. */
const WINDOW_BYTES = 256 * 1024;

export interface Window {
  readonly offset: number; // of its first byte, from the start of the file
  readonly bytes: Uint8Array;
}

/** Reads a region from front to back in pieces. */
export async function* readWindows(
  source: ByteSource,
  context: ParseContext,
  startOffset = 0,
  endOffset = source.sizeBytes,
): AsyncGenerator<Window> {
  for (let offset = startOffset; offset < endOffset; offset += WINDOW_BYTES) {
    context.checkDeadline();
    yield { offset, bytes: await source.read(offset, Math.min(WINDOW_BYTES, endOffset - offset)) };
  }
}
