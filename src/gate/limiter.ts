interface Waiting {
  readonly isUrgent: () => boolean;
  readonly enter: () => void;
}

/** Lets so many in at once. Those whose turn is urgent when a place falls free go first, then by arrival. */
export class Limiter {
  readonly #waiting: Waiting[] = [];
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  /** Resolves with a place, to be disposed. Rejects with the signal's reason. */
  async enter(signal: AbortSignal, isUrgent: () => boolean = () => false): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return this.#place();
    }
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    const waiting = { isUrgent, enter: () => resolve(this.#place()) };
    const leave = () => {
      const index = this.#waiting.indexOf(waiting);
      if (index === -1) return; // its place is already on the way
      this.#waiting.splice(index, 1);
      reject(signal.reason);
    };
    this.#waiting.push(waiting);
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  #place(): Disposable {
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#leave();
      },
    };
  }

  #leave(): void {
    const urgent = this.#waiting.findIndex(({ isUrgent }) => isUrgent());
    const [next] = this.#waiting.splice(Math.max(0, urgent), 1);
    if (next === undefined) this.#free += 1;
    else next.enter();
  }
}

/** Runs `work` over all items, so many at once, results in order. The first failure aborts the signal of the others. */
export async function mapBounded<T, R>(
  items: readonly T[],
  places: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) {
      either.throwIfAborted();
      try {
        results[index] = await work(item, either);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }
  };
  const workers = Array.from({ length: Math.min(places, items.length) }, worker);
  // Nobody is left working on what nobody waits for: the caller may go on at once.
  const ends = await Promise.allSettled(workers);
  if (failed.signal.aborted) throw failed.signal.reason;
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return results;
}
