import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import type { DatabaseThread, SqlRunner } from './database-thread.ts';
import { fromSqlError } from './sql-error.ts';

/** Kysely over the thread that owns the embedded database. */
export function createThreadDialect(thread: DatabaseThread): Dialect {
  return {
    createDriver: () => new ThreadDriver(thread),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}

class ThreadDriver implements Driver {
  readonly #thread: DatabaseThread;

  constructor(thread: DatabaseThread) {
    this.#thread = thread;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<ThreadConnection> {
    return new ThreadConnection(this.#thread);
  }

  async beginTransaction(connection: ThreadConnection, settings: TransactionSettings): Promise<void> {
    await connection.begin(settings.isolationLevel);
  }

  async commitTransaction(connection: ThreadConnection): Promise<void> {
    await connection.end('commit');
  }

  async rollbackTransaction(connection: ThreadConnection): Promise<void> {
    await connection.end('rollback');
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}

/** Statements go straight to the thread; in a transaction they go through the lock that it holds. */
class ThreadConnection implements DatabaseConnection {
  readonly #thread: DatabaseThread;
  #lock: (SqlRunner & { release(): void }) | undefined;

  constructor(thread: DatabaseThread) {
    this.#thread = thread;
  }

  async executeQuery<R>(compiled: CompiledQuery): Promise<QueryResult<R>> {
    const runner: SqlRunner = this.#lock ?? this.#thread;
    try {
      const { sql, parameters } = compiled;
      // A migration is several statements, which only the protocol without parameters takes.
      const { rows, affectedRows } = await (parameters.length === 0
        ? runner.script(sql)
        : runner.query(sql, parameters));
      return { rows: rows as R[], numAffectedRows: BigInt(affectedRows) };
    } catch (error) {
      throw fromSqlError(error);
    }
  }

  async *streamQuery(): AsyncIterableIterator<never> {
    yield await Promise.reject(new TypeError('the embedded database has no cursors: use pages'));
  }

  async begin(isolation: string | undefined): Promise<void> {
    const lock = await this.#thread.lock();
    this.#lock = lock;
    try {
      await lock.script(isolation === undefined ? 'begin' : `begin isolation level ${isolation}`);
    } catch (error) {
      this.#release();
      throw fromSqlError(error);
    }
  }

  async end(how: 'commit' | 'rollback'): Promise<void> {
    try {
      await this.#lock?.script(how);
    } catch (error) {
      throw fromSqlError(error);
    } finally {
      this.#release();
    }
  }

  #release(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }
}
