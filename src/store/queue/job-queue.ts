import { randomUUID } from 'node:crypto';
import { PgBoss } from 'pg-boss';
import type { Log } from '#kernel';
import type { MetadataDatabase } from '../database/metadata-database.ts';
import { fromSqlError } from '../database/sql-error.ts';
import type { Json } from '../records.ts';
import type { FailedJob, JobKind, JobOptions, Queue } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { FAILED_OPTIONS, FAILED_QUEUE, JOB_KINDS } from './job-kinds.ts';

const SCHEMA = 'queue';

/** Retries and delayed jobs send no notice; this is how late they may be (facts, platform §2). */
const POLL_SECONDS = 2;

/** How long closing waits for jobs that run; then they are stopped and come again. */
const CLOSE_TIMEOUT_MS = 5_000;

type JobHandler = Parameters<Queue['work']>[1];

/** Jobs wrap their payload, as pg-boss takes objects only. */
interface Wrapped {
  readonly payload: Json;
}

const kinds = Object.keys(JOB_KINDS) as JobKind[];

/** The queue, in the database of the metadata. It starts when it is first used. */
export class JobQueue implements Queue, AsyncDisposable {
  readonly #boss: PgBoss;
  readonly #database: MetadataDatabase;
  readonly #log: Log;
  #started: Promise<void> | undefined;
  #isClosed = false;

  constructor(database: MetadataDatabase, log: Log) {
    this.#database = database;
    this.#log = log;
    this.#boss = new PgBoss({
      db: database.queue.connection,
      backend: database.queue.backend,
      schema: SCHEMA,
      useListenNotify: true,
      schedule: false,
      supervise: true,
      superviseIntervalSeconds: 60,
      queueCacheIntervalSeconds: 300,
      // The store vacuums; rebuilding indexes concurrently needs a second connection.
      monitorVacuum: false,
      reindex: false,
    });
    this.#boss.on('error', (error) => log.warn('queue error', { error }));
    this.#boss.on('warning', ({ message }) => log.warn('queue warning', { reason: message }));
  }

  async send(kind: JobKind, payload: Json, options: JobOptions = {}): Promise<void> {
    await this.#start();
    const data: Wrapped = { payload };
    await attempt(() =>
      this.#boss.send(kind, data, {
        // Queues are exclusive per key: a job without one gets its own.
        singletonKey: options.singletonKey ?? randomUUID(),
        ...(options.priority === undefined ? {} : { priority: options.priority }),
        ...(options.retryLimit === undefined ? {} : { retryLimit: options.retryLimit }),
      }),
    );
  }

  async work(kind: JobKind, handler: JobHandler, concurrency: number): Promise<void> {
    await this.#start();
    for (let i = 0; i < concurrency; i += 1) await attempt(() => this.#addWorker(kind, handler));
  }

  async failed(): Promise<readonly FailedJob[]> {
    await this.#start();
    const jobs = await attempt(() => this.#boss.findJobs<Wrapped>(FAILED_QUEUE, { queued: true }));
    return jobs.flatMap((job) => {
      const kind = kinds.find((known) => known === job.sourceName);
      if (kind === undefined) return [];
      return [
        {
          id: job.id,
          kind,
          payload: job.data.payload,
          failedAt: job.createdOn,
          message: readMessage(job.sourceOutput),
        },
      ];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    if (this.#started === undefined) return;
    await this.#started.catch(() => undefined); // whoever asked for it was told
    await this.#boss.stop({ close: false, graceful: true, timeout: CLOSE_TIMEOUT_MS });
  }

  async #addWorker(kind: JobKind, handler: JobHandler): Promise<void> {
    const options = { pollingIntervalSeconds: POLL_SECONDS, notifyPollingIntervalSeconds: POLL_SECONDS };
    const workerId = await this.#boss.work<Wrapped>(kind, options, async (jobs) => {
      for (const job of jobs) {
        try {
          await handler(job.data.payload, job.signal);
        } catch (error) {
          this.#log.warn('job failed', { kind, id: job.id, tries: job.retryCount + 1, error });
          throw error;
        } finally {
          // Where there was one job there may be more: looks again without waiting for the next poll.
          this.#boss.notifyWorker(workerId);
        }
      }
    });
  }

  #start(): Promise<void> {
    if (this.#isClosed) return Promise.reject(new StoreError('closed', 'the store is closed'));
    this.#started ??= this.#open().catch((error: unknown) => {
      this.#started = undefined; // the next caller tries again
      throw error;
    });
    return this.#started;
  }

  async #open(): Promise<void> {
    await this.#boss.start();
    await this.#boss.createQueue(FAILED_QUEUE, FAILED_OPTIONS);
    for (const kind of kinds) {
      const options = { ...JOB_KINDS[kind], deadLetter: FAILED_QUEUE, notify: true };
      await this.#boss.createQueue(kind, { ...options, policy: 'exclusive' });
      await this.#boss.updateQueue(kind, options); // for a queue that an earlier version made
      // Reads it into the cache: read in a transaction, it would wait for that same transaction.
      await this.#boss.getQueue(kind);
    }
    if (this.#database.isOwned) await this.#releaseAbandoned();
  }

  /** Jobs that ran when the process died. Nobody else can be running them, as nobody else has the database. */
  async #releaseAbandoned(): Promise<void> {
    for (const kind of kinds) {
      const jobs = await this.#boss.findJobs(kind);
      const ids = jobs.filter(({ state }) => state === 'active').map(({ id }) => id);
      if (ids.length === 0) continue;
      await this.#boss.fail(kind, ids, { message: 'the process that ran it ended' });
      this.#log.warn('jobs of a process that died come again', { kind, count: ids.length });
    }
  }
}

async function attempt<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw fromSqlError(error);
  }
}

function readMessage(output: object | null): string {
  const message = output !== null && 'message' in output ? output.message : undefined;
  return typeof message === 'string' ? message : 'unknown';
}
