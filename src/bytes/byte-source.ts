import { BytesError } from './bytes-error.ts';

/**
 * Random access to bytes of known length: a local file, a stored blob, an upstream URL with ranges, a member of
 * an archive. A scan is the same code over each.
 */
export interface ByteSource {
  readonly sizeBytes: number;

  /**
   * Reads exactly `length` bytes at `offset`; both are whole, not negative, and inside the source.
   * The array may be a view that the source also keeps: the caller does not write to it.
   *
   * @throws {BytesError} `out-of-range`, `budget-exceeded`, `truncated`, `unreadable`, `changed`
   */
  read(offset: number, length: number): Promise<Uint8Array>;

  /**
   * Fills memory that the caller owns and uses again, under the rules of `read`. Only sources that would
   * otherwise allocate for each read have it: fresh pages cost a quarter of the speed of hashing.
   */
  readInto?(offset: number, target: Uint8Array): Promise<void>;
}

/** Nobody needs more in one piece, and a declared length must never become an allocation of gigabytes. */
export const MAX_READ_BYTES = 1 << 30;

/** What every source checks before it reads. */
export function checkRange(sizeBytes: number, offset: number, length: number): void {
  const isInside =
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    offset >= 0 &&
    length >= 0 &&
    length <= sizeBytes - offset;
  if (!isInside) {
    throw new BytesError('out-of-range', `asked for ${length} bytes at ${offset} of ${sizeBytes}`, {
      offset,
    });
  }
  if (length > MAX_READ_BYTES) {
    throw new BytesError('out-of-range', `asked for ${length} bytes in one read`, { offset });
  }
}
