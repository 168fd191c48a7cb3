import type { QueueOptions } from 'pg-boss';
import type { JobKind } from '../store.ts';

/** Where jobs end whose every try failed. */
export const FAILED_QUEUE = 'failed';

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** Failed tries come again after about 2, 4, 8, … seconds. */
const RETRIES = { retryLimit: 4, retryDelay: 2, retryBackoff: true, retryDelayMax: 600 } as const;

/** What is done is of no interest; what failed is, for long enough that a person returns from a holiday. */
const KEPT = { deleteAfterSeconds: HOUR_SECONDS, retentionSeconds: 14 * DAY_SECONDS } as const;

export const JOB_KINDS: Readonly<Record<JobKind, QueueOptions>> = {
  'judge-version': { ...RETRIES, ...KEPT, expireInSeconds: HOUR_SECONDS },
  'sweep-uploads': { ...RETRIES, ...KEPT, expireInSeconds: HOUR_SECONDS },
};

export const FAILED_OPTIONS: QueueOptions = { retentionSeconds: 30 * DAY_SECONDS };
