import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type {
  DatabaseReply,
  DatabaseRequest,
  DatabaseThreadData,
  QueryAnswer,
  SqlFailure,
} from './database-messages.ts';
import { type Engine, openEngine } from './engine.ts';
import { SqlError } from './sql-error.ts';

/** The thread that owns the database: answers requests one by one, in the order they were sent. */
if (parentPort !== null) await serve(parentPort, workerData as DatabaseThreadData);

async function serve(port: MessagePort, { folder }: DatabaseThreadData): Promise<void> {
  const reply = (message: DatabaseReply) => port.postMessage(message);
  const engine = await openEngine(folder, (message) => {
    reply({ kind: 'fatal', message });
    // In a worker this ends the thread, at once and past any `catch` of the engine.
    return process.exit(1);
  });
  const listeners = new Map<string, () => Promise<void>>();
  let tail = Promise.resolve();
  port.on('message', (request: DatabaseRequest) => {
    tail = tail
      .then(() => answer(engine, listeners, request, reply))
      .then((isLast) => {
        if (isLast) port.close();
      });
  });
  reply({ kind: 'ready' });
}

/** Says whether it was the last one. */
async function answer(
  engine: Engine,
  listeners: Map<string, () => Promise<void>>,
  { id, kind, sql, params }: DatabaseRequest,
  reply: (message: DatabaseReply) => void,
): Promise<boolean> {
  const { lite } = engine;
  try {
    switch (kind) {
      case 'query':
        reply({ kind: 'answer', id, answer: await engine.queries.query(sql, params) });
        return false;
      case 'script':
        reply({ kind: 'answer', id, answer: await runScript(engine, sql) });
        return false;
      case 'listen':
        listeners.set(
          sql,
          await lite.listen(sql, (payload) => reply({ kind: 'notification', channel: sql, payload })),
        );
        reply({ kind: 'answer', id, answer: NOTHING });
        return false;
      case 'unlisten':
        await listeners.get(sql)?.();
        listeners.delete(sql);
        reply({ kind: 'answer', id, answer: NOTHING });
        return false;
      case 'stats':
        reply({ kind: 'stats', id, stats: { fsyncCount: engine.fsyncCount() } });
        return false;
      case 'close':
        await lite.exec('checkpoint'); // the next start has nothing to replay
        await lite.close();
        reply({ kind: 'answer', id, answer: NOTHING });
        return true;
    }
  } catch (error) {
    reply({ kind: 'failed', id, error: toFailure(error) });
    return false;
  }
}

const COMMIT = 'commit';

const ABORTED = {
  message: 'the transaction had failed: nothing of it was kept',
  code: '25P02',
  constraint: undefined,
  detail: undefined,
};

const NOTHING: QueryAnswer = { rows: [], affectedRows: 0 };

/** Several statements without parameters. One that brings its own transaction leaves none behind when it fails. */
async function runScript({ lite }: Engine, sql: string): Promise<QueryAnswer> {
  const isOutside = !lite.isInTransaction();
  try {
    const results = await lite.exec(sql);
    // PostgreSQL answers the commit of a transaction that failed by rolling back, without an error.
    if (sql === COMMIT && results[0]?.command === 'ROLLBACK') throw new SqlError(ABORTED);
    return {
      rows: results.flatMap(({ rows }) => rows as Record<string, unknown>[]),
      affectedRows: results.at(-1)?.affectedRows ?? 0,
    };
  } catch (error) {
    if (isOutside && lite.isInTransaction()) await lite.exec('rollback');
    throw error;
  }
}

function toFailure(error: unknown): SqlFailure {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Partial<
    Record<string, unknown>
  >;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    message: text(fields.message) ?? String(error),
    code: text(fields.code) ?? '',
    constraint: text(fields.constraint),
    detail: text(fields.detail),
  };
}
