/** Time is over: thrown through parsers, and a coverage gap at the end. Not a fault of the file's form. */
export class DeadlineError extends Error {
  constructor() {
    super('deadline passed');
    this.name = 'DeadlineError';
  }
}

/** Gives a `checkDeadline` for parsers: cheap enough for inner loops, since it looks at the clock once in 64 calls. */
export function createDeadline(deadlineMs: number, now: () => number): { check(): void; isPast(): boolean } {
  const endsAt = now() + deadlineMs;
  let calls = 0;
  let isOver = false;
  const isPast = () => {
    isOver ||= now() >= endsAt;
    return isOver;
  };
  return {
    isPast,
    check() {
      calls += 1;
      if ((isOver || (calls & 63) === 1) && isPast()) throw new DeadlineError();
    },
  };
}
