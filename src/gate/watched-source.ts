import { type ByteSource, BytesError } from '#bytes';

/**
 * Counts what a scan asks of a source, ends it at a budget, and keeps the first failure that is the source's own: a
 * scanner turns every error into coverage, and only this tells an upstream that failed from a file that is broken.
 */
export class WatchedSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #source: ByteSource;
  readonly #budgetBytes: number;
  #readBytes = 0;
  #failure: unknown;
  #isOverBudget = false;

  constructor(source: ByteSource, budgetBytes = Number.POSITIVE_INFINITY) {
    this.sizeBytes = source.sizeBytes;
    this.#source = source;
    this.#budgetBytes = budgetBytes;
  }

  get readBytes(): number {
    return this.#readBytes;
  }

  /** What the source threw, unless the reader was to blame. */
  get failure(): unknown {
    return this.#failure;
  }

  get isOverBudget(): boolean {
    return this.#isOverBudget;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (length > this.#budgetBytes - this.#readBytes) {
      this.#isOverBudget = true;
      throw new BytesError('budget-exceeded', `more than ${this.#budgetBytes} bytes asked of one file`);
    }
    try {
      const bytes = await this.#source.read(offset, length);
      this.#readBytes += length;
      return bytes;
    } catch (error) {
      if (error instanceof BytesError && error.code === 'budget-exceeded') this.#isOverBudget = true;
      else if (!(error instanceof BytesError && error.code === 'out-of-range')) this.#failure ??= error;
      throw error;
    }
  }
}
