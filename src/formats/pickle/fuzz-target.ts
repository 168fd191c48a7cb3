import { BytesError, memorySource } from '#bytes';
import type { ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import { recognisePickle } from './format.ts';
import { parsePickle } from './parse.ts';

const HEAD_BYTES = 64 * 1024;
const TAIL_BYTES = 66 * 1024;

/**
 * Reads bytes as the engine would, under a name that says pickle. Whatever the bytes are, it gives facts or a coded
 * error; anything else is thrown.
 */
export async function fuzzPickle(
  bytes: Uint8Array,
): Promise<'facts' | FormatError['code'] | BytesError['code']> {
  const name = 'fuzz.pkl';
  const tail = bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES));
  recognisePickle({ name, sizeBytes: bytes.length, head: bytes.subarray(0, HEAD_BYTES), tail });
  const context: ParseContext = {
    name,
    limits: {
      maxDepth: 8,
      maxMembers: 1000,
      maxInflatedBytes: 64 * 1024 * 1024,
      maxRatio: 1000,
      maxPickleOps: 1_000_000,
      maxReadBytes: 1024 * 1024 * 1024,
      deadlineMs: 60_000,
    },
    checkDeadline() {},
  };
  try {
    await parsePickle(memorySource(bytes), context);
    return 'facts';
  } catch (error) {
    if (error instanceof FormatError || error instanceof BytesError) return error.code;
    throw error;
  }
}
