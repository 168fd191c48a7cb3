/** The last bytes of a stream: as many as it has room for. */
export class ByteRing {
  #end = 0; // of what was pushed, from the start of the stream
  readonly #bytes: Uint8Array;

  constructor(capacityBytes: number) {
    this.#bytes = new Uint8Array(capacityBytes);
  }

  get end(): number {
    return this.#end;
  }

  /** Offset in the stream of the first byte that is still here. */
  get start(): number {
    return Math.max(0, this.#end - this.#bytes.length);
  }

  push(piece: Uint8Array): void {
    const capacity = this.#bytes.length;
    const skipped = Math.max(0, piece.length - capacity);
    const at = (this.#end + skipped) % capacity;
    const first = piece.subarray(skipped, skipped + capacity - at);
    this.#bytes.set(first, at);
    this.#bytes.set(piece.subarray(skipped + first.length), 0);
    this.#end += piece.length;
  }

  /** Copies from an offset of the stream that is here, as much as is here and fits. */
  copy(offset: number, target: Uint8Array): number {
    const capacity = this.#bytes.length;
    const length = Math.min(target.length, this.#end - offset);
    const at = offset % capacity;
    const first = this.#bytes.subarray(at, Math.min(capacity, at + length));
    target.set(first);
    target.set(this.#bytes.subarray(0, length - first.length), first.length);
    return length;
  }

  /** All that is here. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.#end - this.start);
    this.copy(this.start, bytes);
    return bytes;
  }
}
