import type { BytesErrorCode } from '#bytes';
import { BytesError } from '#bytes';
import type { Rule } from '#findings';
import type { ScanLimits } from '#formats';
import { AppError, quote } from '#kernel';
import { type EngineExit, EngineProcess, type KillReason } from './engine-process.ts';
import {
  decodeRead,
  decodeText,
  encodeJobHead,
  type Frame,
  FromEngine,
  READ_REQUEST_BYTES,
  type ReadRequest,
  ToEngine,
} from './frame.ts';
import type { EngineProgram } from './launch.ts';
import { type Hello, ProtocolError, readHello } from './read-message.ts';
import { readResidentBytes } from './resident-bytes.ts';
import type { Task } from './task.ts';

/** What the parent adds to the engine's own deadline: the engine ends in good order when it still can. */
const DEADLINE_GRACE_MS = 500;
/** A process that has not reported by then will not. */
const START_TIMEOUT_MS = 30_000;
/** Answers under way to one process; together with the largest read they bound the program's own memory. */
const MAX_READS_AT_ONCE = 8;
const MAX_READ_BYTES = 4 * 1024 * 1024;
/** Honest parsers ask for some hundred at once. */
const MAX_WAITING_READS = 100_000;

export interface WorkerSettings {
  readonly limits: ScanLimits;
  readonly maxResidentBytes: number;
  readonly program?: EngineProgram; // default: the engine
}

export interface WorkerEvents {
  onHello(hello: Hello): void;
  /** A task is done, or has been cut short: the worker has room. */
  onProgress(): void;
  /** `active` was being parsed when it ended, `rest` was not begun. */
  onExit(exit: EngineExit, active: Task | undefined, rest: readonly Task[]): void;
}

/** An engine process with the tasks it was given; the first is the one being parsed. */
export class Worker {
  readonly #settings: WorkerSettings;
  readonly #events: WorkerEvents;
  readonly #process: EngineProcess;
  readonly #tasks: Task[] = [];
  readonly #waitingReads: { readonly id: number; readonly request: ReadRequest; readonly task: Task }[] = [];
  #rules: ReadonlyMap<string, Rule> | undefined;
  #since = performance.now(); // when the first task, or the start, began
  #runningReads = 0;
  #residentBytes = 0;
  #busyMs = 0;
  doneCount = 0;

  constructor(settings: WorkerSettings, events: WorkerEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#process = new EngineProcess(settings.limits, settings.program, {
      onFrame: (frame) => this.#receive(frame),
      onExit: (exit) =>
        this.#events.onExit(exit, this.hasStarted ? this.#tasks.shift() : undefined, this.#tasks),
    });
  }

  get hasStarted(): boolean {
    return this.#rules !== undefined;
  }

  get taskCount(): number {
    return this.#tasks.length;
  }

  get busyMs(): number {
    return this.#busyMs;
  }

  /** Resident memory when it was last looked at. */
  get residentBytes(): number {
    return this.#residentBytes;
  }

  hasOwnNetwork(): boolean {
    return this.#process.hasOwnNetwork();
  }

  give(task: Task, ends: Uint8Array): void {
    const { path, deadlineMs, source } = task;
    if (this.#tasks.length === 0 && this.hasStarted) this.#since = performance.now();
    this.#tasks.push(task);
    this.#process.send(ToEngine.job, task.id, [
      encodeJobHead({ path, sizeBytes: source.sizeBytes, deadlineMs }),
      ends,
    ]);
  }

  /** Whether it works on this task now or later. */
  has(task: Task): boolean {
    return this.#tasks.includes(task);
  }

  isParsing(task: Task): boolean {
    return this.#tasks[0] === task;
  }

  end(): void {
    this.#process.end();
  }

  kill(reason: KillReason): void {
    this.#process.kill(reason);
  }

  /** Looks whether time and memory are kept; called often while there are tasks. */
  watch(): void {
    const elapsedMs = performance.now() - this.#since;
    if (!this.hasStarted) {
      if (elapsedMs > START_TIMEOUT_MS) this.kill('timeout');
      return;
    }
    const [active] = this.#tasks;
    const { pid } = this.#process;
    if (active === undefined || pid === undefined) return;
    if (elapsedMs > active.deadlineMs + DEADLINE_GRACE_MS) this.kill('timeout');
    this.#residentBytes = readResidentBytes(pid) ?? 0;
    if (this.#residentBytes > this.#settings.maxResidentBytes) this.kill('memory');
  }

  #receive(frame: Frame): void {
    try {
      this.#handle(frame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.kill('protocol');
    }
  }

  #handle(frame: Frame): void {
    if (this.#rules === undefined) {
      if (frame.kind !== FromEngine.hello) throw new ProtocolError('expected a greeting');
      const hello = readHello(decodeText(frame.payload));
      this.#rules = hello.rules;
      this.#since = performance.now();
      this.#events.onHello(hello);
      return;
    }
    const [active] = this.#tasks;
    if (active === undefined) throw new ProtocolError('a message without a job');
    if (frame.kind === FromEngine.read) {
      this.#acceptRead(frame, active);
      return;
    }
    if (frame.id !== active.id) throw new ProtocolError('a message on another job');
    switch (frame.kind) {
      case FromEngine.report:
        active.addReport(frame.payload, this.#rules, this.#settings.limits);
        break;
      case FromEngine.done:
        if (!active.isSettled) active.complete();
        this.#finish();
        break;
      default:
        throw new ProtocolError('unknown message');
    }
  }

  #finish(): void {
    this.#tasks.shift();
    this.doneCount += 1;
    const now = performance.now();
    this.#busyMs += now - this.#since;
    this.#since = now;
    // A task that was cancelled while it waited costs no more time.
    if (this.#tasks[0]?.isSettled) this.kill('cancelled');
    else this.#events.onProgress();
  }

  #acceptRead(frame: Frame, active: Task): void {
    if (frame.payload.length !== READ_REQUEST_BYTES) throw new ProtocolError('malformed read');
    const request = decodeRead(frame.payload);
    if (request.jobId !== active.id) throw new ProtocolError('a read of another job');
    if (this.#waitingReads.length >= MAX_WAITING_READS) throw new ProtocolError('reads without end');
    this.#waitingReads.push({ id: frame.id, request, task: active });
    this.#serveReads();
  }

  #serveReads(): void {
    while (this.#runningReads < MAX_READS_AT_ONCE) {
      const next = this.#waitingReads.shift();
      if (next === undefined) return;
      this.#runningReads += 1;
      const done = () => {
        this.#runningReads -= 1;
        this.#serveReads();
      };
      readFor(next.task, next.request, this.#settings.limits).then(
        (bytes) => this.#process.send(ToEngine.data, next.id, [bytes], done),
        (error: unknown) => this.#process.send(ToEngine.fail, next.id, [encodeFailure(error)], done),
      );
    }
  }
}

/** Reads for a process that has seen hostile bytes: what it asks for is checked like any input. */
async function readFor(task: Task, { offset, length }: ReadRequest, limits: ScanLimits): Promise<Uint8Array> {
  const { sizeBytes } = task.source;
  if (!Number.isSafeInteger(offset) || offset < 0 || length > MAX_READ_BYTES || offset + length > sizeBytes) {
    throw new BytesError('out-of-range', `asked for ${length} bytes at ${offset} of ${sizeBytes}`);
  }
  if (task.readBytes + length > limits.maxReadBytes) {
    throw new BytesError(
      'budget-exceeded',
      `read ${task.readBytes} of ${limits.maxReadBytes} bytes, ${length} more wanted`,
    );
  }
  task.readBytes += length;
  const bytes = await task.source.read(offset, length);
  if (bytes.length === length) return bytes;
  throw new BytesError('truncated', `a read of ${length} bytes gave ${bytes.length}`);
}

/** Whatever a source throws is, for the engine, bytes that cannot be had. */
function encodeFailure(error: unknown): Uint8Array {
  const code: BytesErrorCode = error instanceof BytesError ? error.code : 'unreadable';
  const message = error instanceof AppError ? error.message : `cannot read: ${quote(String(error), 200)}`;
  return Buffer.from(JSON.stringify({ code, message }));
}
