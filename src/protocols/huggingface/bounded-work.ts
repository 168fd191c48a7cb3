/** Starts work as long as not too much of it is under way. */
export class BoundedWork {
  readonly #maxCount: number;
  readonly #maxWeight: number;
  readonly #running = new Set<Promise<unknown>>();
  #weight = 0;

  constructor(maxCount: number, maxWeight: number) {
    this.#maxCount = maxCount;
    this.#maxWeight = maxWeight;
  }

  /** Comes back when the work was started; a failure shows where `done` is awaited. */
  async start<T>(weight: number, work: () => Promise<T>): Promise<{ readonly done: Promise<T> }> {
    while (
      this.#running.size >= this.#maxCount ||
      (this.#running.size > 0 && this.#weight + weight > this.#maxWeight)
    ) {
      await Promise.race(this.#running);
    }
    this.#weight += weight;
    const done = work();
    const settled = done
      .catch(() => undefined)
      .finally(() => {
        this.#running.delete(settled);
        this.#weight -= weight;
      });
    this.#running.add(settled);
    return { done };
  }
}
