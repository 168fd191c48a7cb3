import type { Gate } from '#gate';
import type { Clock, Log } from '#kernel';
import type { Json, Store } from '#store';

/** Judging reads a lot and parses in few processes: more at once only wait for each other. */
const JUDGE_CONCURRENCY = 2;

const SWEEP_EVERY_MS = 3_600_000;

/** Takes background work from the queue until `signal` ends it. */
export async function startBackground(deps: {
  readonly store: Store;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { store, gate, clock, log, signal } = deps;
  await store.queue.work(
    'judge-version',
    async (payload, jobSignal) => {
      const decision = await gate.judge(readVersionId(payload), jobSignal);
      log.info('version judged', { versionId: decision.versionId, effect: decision.effect });
    },
    JUDGE_CONCURRENCY,
  );
  await store.queue.work(
    'sweep-uploads',
    async () => {
      const count = await store.uploads.deleteExpired(clock.now());
      if (count > 0) log.info('expired uploads deleted', { count });
    },
    1,
  );
  const sweep = () => {
    store.queue.send('sweep-uploads', {}, { singletonKey: 'sweep-uploads' }).catch((error: unknown) => {
      log.warn('cannot queue the sweep of uploads', { error });
    });
  };
  sweep();
  const timer = setInterval(sweep, SWEEP_EVERY_MS);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

function readVersionId(payload: Json): string {
  const id =
    typeof payload === 'object' && payload !== null && 'versionId' in payload ? payload.versionId : undefined;
  if (typeof id !== 'string') throw new TypeError('judge-version needs a versionId');
  return id;
}
