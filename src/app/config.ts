import { z } from 'zod';
import { PolicyName } from '#api';

const MiB = 2 ** 20;

/**
 * Everything that can be set, with its default. Keys are the same in the file `sallyport.yaml`; in the environment
 * they are `SALLYPORT_` and the path in capitals (`listen.port` is `SALLYPORT_LISTEN_PORT`).
 */
export const Config = z.strictObject({
  dataDir: z.string().min(1).describe('folder of everything that outlives the process'),
  listen: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.coerce.number().int().min(0).max(65_535).default(8300),
    })
    .prefault({}),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .transform((text) => text.replace(/\/+$/, ''))
    .optional()
    .describe('the address that clients use, when it is not the one listened on'),
  anonymousRead: z
    .union([z.boolean(), z.stringbool()])
    .default(true)
    .describe('whether a client without a token may pull'),
  upstream: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }).default('https://huggingface.co'),
      policy: PolicyName.default('balanced'),
    })
    .prefault({})
    .describe('of the repository `hub` that the first start makes'),
  scan: z
    .strictObject({
      processes: z.coerce
        .number()
        .int()
        .min(1)
        .max(64)
        .optional()
        .describe('default: one per core, at most 4'),
      memoryBytes: z.coerce
        .number()
        .int()
        .min(64 * MiB)
        .default(256 * MiB)
        .describe('of one parsing process'),
      deadlineMs: z.coerce.number().int().min(1_000).max(3_600_000).default(60_000).describe('for one file'),
    })
    .prefault({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
});
export type Config = z.output<typeof Config>;
