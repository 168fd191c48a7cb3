import type { CoverageGap } from '#findings';
import { quote } from '#kernel';
import { readEnds } from '../engine/ends.ts';
import { toSourceGap } from '../engine/source-gap.ts';
import { ScanError } from '../scan-error.ts';
import type { EngineExit } from './engine-process.ts';
import type { Hello } from './read-message.ts';
import type { Task } from './task.ts';
import { Worker, type WorkerSettings } from './worker.ts';

export interface PoolSettings extends WorkerSettings {
  readonly processes: number;
}

/** How often time and memory of busy processes are looked at. A bomb fills some 20 MB meanwhile. */
const WATCH_INTERVAL_MS = 20;
/** Tasks sent ahead to a busy process while many wait, so that it never idles; else a file only waits for itself. */
const TASKS_AHEAD = 3;
/** Files whose ends are read before a process is free for them. */
const PREPARED_PER_PROCESS = 4;
/** A second process costs 50 ms of CPU time: worth it for a backlog, or behind a slow file (see `#watch`). */
const BACKLOG_PER_PROCESS = 24;
/** A process is replaced after this much, so that nothing that builds up in it lasts. */
const MAX_TASKS_PER_PROCESS = 5_000;
const MAX_BUSY_MS_PER_PROCESS = 10 * 60_000;
/** Starts that failed in a row, without one process that reported: something is wrong with the machine, not a file. */
const MAX_FAILED_STARTS = 3;

/** Gives tasks to engine processes, replaces those that die, and starts no more than the work is worth. */
export class Pool {
  readonly #settings: PoolSettings;
  readonly #workers = new Set<Worker>();
  readonly #retiring = new Set<Worker>();
  readonly #waiting: Task[] = [];
  readonly #ready: Task[] = [];
  readonly #hello = Promise.withResolvers<Hello>();
  #preparing = 0;
  #failedStarts = 0;
  #timer: NodeJS.Timeout | undefined;
  #failure: ScanError | undefined;

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    this.#hello.promise.catch(() => {}); // also told to every task
    this.#start();
  }

  /** What the first process says of the engine. @throws {ScanError} `sandbox-unavailable` */
  get hello(): Promise<Hello> {
    return this.#hello.promise;
  }

  /** Whether every running process has no network. */
  get hasNoNetwork(): boolean {
    return this.#workers.size > 0 && [...this.#workers].every((worker) => worker.hasOwnNetwork());
  }

  add(task: Task): void {
    if (this.#failure !== undefined) task.reject(this.#failure);
    else this.#waiting.push(task);
    this.#fill();
  }

  cancel(task: Task): void {
    task.reject(new ScanError('cancelled', 'the scan was cancelled'));
    for (const list of [this.#waiting, this.#ready]) {
      const index = list.indexOf(task);
      if (index >= 0) list.splice(index, 1);
    }
    for (const worker of this.#workers) if (worker.isParsing(task)) worker.kill('cancelled');
  }

  close(failure: ScanError): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#hello.reject(failure);
    clearInterval(this.#timer);
    for (const task of [...this.#waiting.splice(0), ...this.#ready.splice(0)]) task.reject(failure);
    for (const worker of [...this.#workers, ...this.#retiring]) worker.kill('closed');
  }

  #fill(): void {
    if (this.#failure !== undefined) return;
    const room = this.#settings.processes * PREPARED_PER_PROCESS;
    while (this.#preparing + this.#ready.length < room) {
      const task = this.#waiting.shift();
      if (task === undefined) break;
      this.#prepare(task);
    }
    this.#dispatch();
    this.#watchWhileBusy();
  }

  /** Reads the ends of a file before it takes up a process. */
  #prepare(task: Task): void {
    this.#preparing += 1;
    readEnds(task.source)
      .then(
        (ends) => {
          task.readBytes += ends.length;
          task.ends = ends;
          this.#ready.push(task);
        },
        (error: unknown) => task.cutShort(toSourceGap(error)),
      )
      .finally(() => {
        this.#preparing -= 1;
        this.#fill();
      });
  }

  #dispatch(): void {
    for (;;) {
      const [task] = this.#ready;
      if (task === undefined) return;
      const backlog = this.#ready.length + this.#waiting.length + this.#preparing;
      if (this.#workers.size === 0 || backlog > BACKLOG_PER_PROCESS * this.#workers.size) this.#start();
      const worker = this.#leastBusy();
      const ahead = backlog > this.#workers.size ? TASKS_AHEAD : 0;
      if (worker === undefined || worker.taskCount > ahead) return;
      this.#ready.shift();
      if (task.ends !== undefined && !task.isSettled) worker.give(task, task.ends);
    }
  }

  #leastBusy(): Worker | undefined {
    let best: Worker | undefined;
    for (const worker of this.#workers)
      if (best === undefined || worker.taskCount < best.taskCount) best = worker;
    return best;
  }

  #start(): void {
    if (this.#workers.size >= this.#settings.processes || this.#failure !== undefined) return;
    const worker: Worker = new Worker(this.#settings, {
      onHello: (hello) => {
        this.#failedStarts = 0;
        this.#hello.resolve(hello);
        this.#fill();
      },
      onProgress: () => {
        this.#retireWhenWorn(worker);
        this.#fill();
      },
      onExit: (exit, active, rest) => this.#replace(worker, exit, active, rest),
    });
    this.#workers.add(worker);
    this.#watchWhileBusy();
  }

  #retireWhenWorn(worker: Worker): void {
    const isWorn =
      worker.doneCount >= MAX_TASKS_PER_PROCESS ||
      worker.busyMs >= MAX_BUSY_MS_PER_PROCESS ||
      worker.residentBytes > this.#settings.maxResidentBytes / 2;
    if (!isWorn || !this.#workers.delete(worker)) return;
    this.#retiring.add(worker);
    worker.end();
  }

  #replace(worker: Worker, exit: EngineExit, active: Task | undefined, rest: readonly Task[]): void {
    const wasFresh = worker.doneCount === 0;
    if (!this.#retiring.delete(worker)) this.#workers.delete(worker);
    this.#ready.unshift(...rest.filter((task) => !task.isSettled));
    if (this.#failure !== undefined) {
      active?.reject(this.#failure);
      for (const task of this.#ready.splice(0)) task.reject(this.#failure);
      return;
    }
    if (!worker.hasStarted) this.#countFailedStart(exit);
    if (active !== undefined && !active.isSettled) {
      // What a process had left over from other files must not be this one's fault: once more, in a fresh one.
      const isSuspect =
        wasFresh || active.deaths > 0 || exit.reason === 'timeout' || exit.reason === 'protocol';
      if (isSuspect) active.cutShort(toDeathGap(exit));
      else {
        active.restart();
        this.#ready.unshift(active);
      }
    }
    this.#fill();
  }

  #countFailedStart(exit: EngineExit): void {
    this.#failedStarts += 1;
    if (this.#failedStarts < MAX_FAILED_STARTS) {
      this.#start();
      return;
    }
    const reason = `no engine process could be started (${exit.status}): ${quote(exit.stderr.trim(), 400)}`;
    this.close(new ScanError('sandbox-unavailable', reason));
  }

  #watchWhileBusy(): void {
    const isBusy = [...this.#workers, ...this.#retiring].some(
      (worker) => worker.taskCount > 0 || !worker.hasStarted,
    );
    if (isBusy && this.#timer === undefined)
      this.#timer = setInterval(() => this.#watch(), WATCH_INTERVAL_MS);
    if (isBusy || this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #watch(): void {
    for (const worker of [...this.#workers, ...this.#retiring]) worker.watch();
    // Someone has waited a whole interval: a further process is worth its start.
    const isStuck =
      this.#ready.length > 0 &&
      [...this.#workers].every((worker) => worker.hasStarted && worker.taskCount > 0);
    if (isStuck) {
      this.#start();
      this.#dispatch();
    }
  }
}

/** What the death of a process says of the file it was parsing. */
function toDeathGap(exit: EngineExit): CoverageGap {
  switch (exit.reason) {
    case 'timeout':
      return { code: 'timeout', detail: 'the engine process did not end in time and was stopped' };
    case 'memory':
      return {
        code: 'memory',
        detail: 'the engine process needed more memory than it may have and was stopped',
      };
    case 'protocol':
      return { code: 'crash', detail: 'the engine process sent what it never should and was stopped' };
    case 'cancelled':
    case 'closed':
    case undefined:
      return toCrashGap(exit);
  }
}

function toCrashGap({ status, stderr }: EngineExit): CoverageGap {
  if (/heap out of memory|allocation failed/i.test(stderr)) {
    return { code: 'memory', detail: 'the engine process ran out of heap' };
  }
  const message = /^\w*Error.*$/m.exec(stderr)?.[0];
  const detail = `the engine process died (${status})`;
  return { code: 'crash', detail: message === undefined ? detail : `${detail}: ${quote(message, 200)}` };
}
