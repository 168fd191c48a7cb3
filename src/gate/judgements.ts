import type { Clock, Log } from '#kernel';
import type { DecisionRecord } from '#store';
import type { Decider } from './decider.ts';
import { waitUnless } from './flights.ts';
import { GateError } from './gate-error.ts';
import type { GateLimits } from './gate-limits.ts';
import type { Judge } from './judge.ts';
import { Limiter } from './limiter.ts';
import type { Subject } from './subject.ts';

export interface JudgementsDeps {
  readonly judge: Judge;
  readonly decider: Decider;
  readonly clock: Clock;
  readonly limits: GateLimits;
  readonly log: Log;
  readonly signal: AbortSignal; // of the gate's life
}

/** A version that is being judged. */
export interface Judgement {
  readonly decision: Promise<DecisionRecord>;
  readonly startedAt: Date;
}

interface Running extends Judgement {
  isAwaited: boolean; // by a person; such a one goes first and is not stopped
  readonly stop: AbortController;
}

/** Judges each version once at a time, and no more than a few at once: those that people wait for first. */
export class Judgements {
  readonly #deps: JudgementsDeps;
  readonly #places: Limiter;
  readonly #running = new Map<string, Running>();

  constructor(deps: JudgementsDeps) {
    this.#deps = deps;
    this.#places = new Limiter(deps.limits.parallelJudgements);
  }

  /** For a person who waits, and may stop waiting while the judging goes on. */
  begin(subject: Subject): Judgement {
    const running = this.#join(subject);
    running.isAwaited = true;
    return running;
  }

  /** For the background. With its signal the waiting ends, and the judging unless a person waits for it by then. */
  async run(subject: Subject, signal: AbortSignal): Promise<DecisionRecord> {
    signal.throwIfAborted();
    const running = this.#join(subject);
    const stop = () => {
      if (!running.isAwaited) running.stop.abort(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await waitUnless(running.decision, signal);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async settle(): Promise<void> {
    await Promise.allSettled([...this.#running.values()].map(({ decision }) => decision));
  }

  #join(subject: Subject): Running {
    const { id } = subject.version;
    const known = this.#running.get(id);
    if (known !== undefined) return known;
    const stop = new AbortController();
    const startedAt = this.#deps.clock.now();
    const decision = this.#judge(subject, startedAt, stop.signal).finally(() => this.#running.delete(id));
    const running: Running = { decision, startedAt, isAwaited: false, stop };
    this.#running.set(id, running);
    decision.catch((error: unknown) => {
      this.#deps.log.warn('a version could not be judged', {
        package: subject.package.name,
        version: subject.version.revision,
        error,
      });
    });
    return running;
  }

  async #judge(subject: Subject, startedAt: Date, stop: AbortSignal): Promise<DecisionRecord> {
    const { judge, decider, clock, limits } = this.#deps;
    const either = AbortSignal.any([stop, this.#deps.signal]);
    const isAwaited = () => this.#running.get(subject.version.id)?.isAwaited ?? false;
    using _place = await this.#places.enter(either, isAwaited);
    const deadline = AbortSignal.timeout(limits.judgeDeadlineMs);
    try {
      const { report, readBytes } = await judge.examine(subject, AbortSignal.any([either, deadline]));
      const elapsedMs = clock.now().getTime() - startedAt.getTime();
      return await decider.decide(subject, report, { readBytes, elapsedMs });
    } catch (error) {
      if (!deadline.aborted) throw error;
      throw new GateError('upstream-unavailable', 'Judging this version takes longer than one attempt may', {
        cause: error,
        retryAfterSeconds: 30,
      });
    }
  }
}
