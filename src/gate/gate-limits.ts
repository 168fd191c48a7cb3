import { z } from 'zod';

const KIB = 1024;
const MIB = 1024 * KIB;
const ms = (fallback: number) => z.int().min(1).max(86_400_000).default(fallback);

/** What the gate spends and how long it waits. The defaults keep every answer below the clients' 10 s. */
export const GateLimits = z.strictObject({
  refFreshMs: ms(10_000).describe('how long the upstream is not asked again what a movable ref names'),
  absentMs: ms(10_000)
    .describe('how long an absence that the upstream stated is believed; at most 30 s')
    .refine((value) => value <= 30_000, 'expected at most 30000'),
  upstreamWaitMs: ms(8_000).describe('how long a client waits for the upstream to say what a ref names'),
  staleWaitMs: ms(3_000).describe('the same when there is an older answer to fall back on'),
  upstreamDeadlineMs: ms(120_000).describe('when that question is given up, whoever waits'),
  admitWaitMs: ms(8_000).describe('how long a client waits for a version to be judged'),
  firstByteMs: ms(8_000).describe('how long a client waits for the first byte of a file'),
  maxFiles: z.int().min(1).default(20_000).describe('files of one version; more are not judged'),
  parallelFiles: z.int().min(1).max(64).default(8).describe('files of one version judged at once'),
  parallelJudgements: z.int().min(1).max(64).default(4).describe('versions judged at once'),
  fileDeadlineMs: ms(120_000).describe('for taking one file apart'),
  judgeDeadlineMs: ms(900_000).describe('for one attempt at a version; what it learned is kept for the next'),
  smallFileBytes: z
    .int()
    .min(0)
    .default(MIB)
    .describe('up to this size a file is fetched whole and judged from the store'),
  rangeBudgetBytes: z
    .int()
    .min(1)
    .default(64 * MIB)
    .describe('read by ranges of one file before it is fetched whole'),
  wholeFileBytes: z
    .int()
    .min(0)
    .default(32 * 1024 * MIB)
    .describe('up to this size that is done; of larger files the verdict is undetermined'),
  parallelTransfers: z.int().min(1).default(32).describe('larger files fetched at once'),
  abandonedMs: ms(300_000).describe('how long a transfer goes on when every client has left'),
  partKeptMs: ms(600_000).describe('how long what a broken transfer fetched is kept for the next client'),
  dripMs: ms(3_000).describe('between two bytes that keep a client waiting while its file is verified'),
});
export type GateLimits = z.infer<typeof GateLimits>;

/**
 * The end of a file that is withheld until its digest and its re-scan agree with the decision. Large enough to hold
 * what a reader needs first or last: a zip directory's end, a safetensors or GGUF tail, all of a small pickle.
 */
export const TAIL_BYTES = 64 * KIB;
