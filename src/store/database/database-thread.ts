import { Worker } from 'node:worker_threads';
import { type Log, quote } from '#kernel';
import { StoreError } from '../store-error.ts';
import type {
  DatabaseReply,
  DatabaseRequest,
  DatabaseStats,
  DatabaseThreadData,
  QueryAnswer,
} from './database-messages.ts';
import { programUrl } from './program-url.ts';
import { SqlError } from './sql-error.ts';

/** Rows and JSON pass through here: enough for the largest report, far from what would hurt the process. */
const WORKER_HEAP = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 4 };

const CLOSE_TIMEOUT_MS = 20_000;

interface Waiter {
  resolve(reply: DatabaseReply): void;
  reject(error: Error): void;
}

/** Runs SQL on the one connection of the embedded database. */
export interface SqlRunner {
  query(sql: string, params: readonly unknown[]): Promise<QueryAnswer>;
  /** Several statements, no parameters. */
  script(sql: string): Promise<QueryAnswer>;
}

/**
 * The embedded database in its own thread, so that a heavy query does not stop the server. It has one connection:
 * statements run in the order of the calls, and {@link DatabaseThread.lock} keeps all others out of a transaction.
 */
export class DatabaseThread implements SqlRunner {
  readonly #worker: Worker;
  readonly #waiters = new Map<number, Waiter>();
  readonly #listeners = new Map<string, (payload: string) => void>();
  #lastId = 0;
  #locked: Promise<void> | undefined;
  #ended: Error | undefined; // why no more requests are taken
  #closing: Promise<void> | undefined;
  readonly #exited: Promise<void>;

  private constructor(worker: Worker, log: Log) {
    this.#worker = worker;
    worker.on('message', (reply: DatabaseReply) => this.#onReply(reply, log));
    worker.on('error', (error) => {
      log.error('the database thread failed', { error });
      this.#end(new StoreError('io', 'the database thread failed', { cause: error }));
    });
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#end(new StoreError('io', 'the database thread ended'));
        resolve();
      });
    });
  }

  /** Opens the database in `folder`. @throws {StoreError} `io` */
  static async open(folder: string, log: Log): Promise<DatabaseThread> {
    const workerData: DatabaseThreadData = { folder };
    const worker = new Worker(programUrl('database-worker'), {
      workerData,
      name: 'database',
      resourceLimits: WORKER_HEAP,
      execArgv: [],
    });
    const thread = new DatabaseThread(worker, log);
    await new Promise<DatabaseReply>((resolve, reject) => thread.#waiters.set(0, { resolve, reject }));
    return thread;
  }

  async query(sql: string, params: readonly unknown[]): Promise<QueryAnswer> {
    while (this.#locked !== undefined) await this.#locked;
    return this.#ask('query', sql, params);
  }

  async script(sql: string): Promise<QueryAnswer> {
    while (this.#locked !== undefined) await this.#locked;
    return this.#ask('script', sql, []);
  }

  /** Keeps every other caller out until it is released. */
  async lock(): Promise<SqlRunner & { release(): void }> {
    while (this.#locked !== undefined) await this.#locked;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#locked = promise;
    return {
      query: (sql, params) => this.#ask('query', sql, params),
      script: (sql) => this.#ask('script', sql, []),
      release: () => {
        this.#locked = undefined;
        resolve();
      },
    };
  }

  /** Calls back for every NOTIFY on a channel; one listener per channel. Returns what ends it. */
  async listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>> {
    while (this.#locked !== undefined) await this.#locked;
    this.#listeners.set(channel, listener);
    await this.#ask('listen', channel, []);
    return async () => {
      this.#listeners.delete(channel);
      if (this.#ended === undefined) await this.#ask('unlisten', channel, []);
    };
  }

  async readStats(): Promise<DatabaseStats> {
    const reply = await this.#send('stats', '', []);
    if (reply.kind !== 'stats') throw new TypeError(`unexpected reply ${reply.kind}`);
    return reply.stats;
  }

  /** Lets what was asked before finish. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const deadline = setTimeout(() => void this.#worker.terminate(), CLOSE_TIMEOUT_MS);
    try {
      if (this.#ended === undefined) {
        const closed = this.#ask('close', '', []);
        this.#ended = new StoreError('closed', 'the store is closed');
        await closed;
      }
      await this.#exited;
    } catch (error) {
      // It ended by itself: nothing is left to close, and what was not acknowledged was never promised.
      if (!(error instanceof StoreError)) throw error;
    } finally {
      clearTimeout(deadline);
    }
  }

  async #ask(kind: DatabaseRequest['kind'], sql: string, params: readonly unknown[]): Promise<QueryAnswer> {
    for (const param of params) checkText(param);
    const reply = await this.#send(kind, sql, params);
    if (reply.kind !== 'answer') throw new TypeError(`unexpected reply ${reply.kind}`);
    return reply.answer;
  }

  #send(kind: DatabaseRequest['kind'], sql: string, params: readonly unknown[]): Promise<DatabaseReply> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    this.#lastId += 1;
    const request: DatabaseRequest = { id: this.#lastId, kind, sql, params };
    return new Promise((resolve, reject) => {
      this.#waiters.set(request.id, { resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  #onReply(reply: DatabaseReply, log: Log): void {
    switch (reply.kind) {
      case 'notification':
        this.#listeners.get(reply.channel)?.(reply.payload);
        return;
      case 'fatal':
        log.error('the database stopped', { reason: reply.message });
        this.#end(new StoreError('io', reply.message));
        return;
      case 'failed':
        this.#take(reply.id)?.reject(new SqlError(reply.error));
        return;
      case 'ready':
        this.#take(0)?.resolve(reply);
        return;
      case 'answer':
      case 'stats':
        this.#take(reply.id)?.resolve(reply);
    }
  }

  #take(id: number): Waiter | undefined {
    const waiter = this.#waiters.get(id);
    this.#waiters.delete(id);
    return waiter;
  }

  #end(reason: Error): void {
    this.#ended ??= reason;
    const waiters = [...this.#waiters.values()];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.reject(this.#ended);
  }
}

/**
 * The one place where text that PostgreSQL cannot hold is refused: it has no NUL, and a lone surrogate would be
 * stored as another character, so that two names became one.
 */
function checkText(param: unknown): void {
  if (typeof param !== 'string') return;
  if (param.includes('\0') || !param.isWellFormed()) {
    throw new StoreError('invalid-value', `text with a NUL or half a character: ${quote(param, 60)}`);
  }
}
