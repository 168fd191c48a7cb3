/** One run of the same work at a time, whoever asks. */
export class Flights<T> {
  readonly #running = new Map<string, Promise<T>>();

  /** The run under way, or a new one. Its failure reaches everyone who joined. */
  join(key: string, start: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const flight = start().finally(() => this.#running.delete(key));
    this.#running.set(key, flight);
    // Those who joined may have stopped waiting; the failure is then nobody's.
    flight.catch(() => undefined);
    return flight;
  }

  async settle(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }
}

export type Waited<T> = { readonly isDone: true; readonly value: T } | { readonly isDone: false };

/** Waits for a promise, but not for long. The work behind it goes on. @throws the signal's reason */
export async function waitAtMost<T>(
  promise: Promise<T>,
  waitMs: number,
  signal: AbortSignal | undefined,
): Promise<Waited<T>> {
  const { promise: late, resolve } = Promise.withResolvers<Waited<T>>();
  const timer = setTimeout(() => resolve({ isDone: false }), waitMs);
  try {
    const done = promise.then((value) => ({ isDone: true, value }) as const);
    return await waitUnless(Promise.race([late, done]), signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for a promise until a signal says to stop waiting. The work behind it goes on. @throws the signal's reason */
export async function waitUnless<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const leave = () => reject(signal?.reason);
  if (signal?.aborted) leave();
  signal?.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([stopped, promise]);
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}
