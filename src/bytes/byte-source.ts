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
}
