import { z } from 'zod';
import { VerdictName } from './decision.ts';

const Finding = z.strictObject({
  rule: z.string(),
  message: z.string(),
  confidence: z.enum(['low', 'medium', 'high']),
  place: z.strictObject({ offset: z.int().optional(), line: z.int().optional() }),
  evidence: z.string().optional(),
});

const Coverage = z.strictObject({
  sizeBytes: z.int(),
  readBytes: z.int(),
  dataBytes: z.int(),
  gaps: z.array(z.strictObject({ code: z.string(), detail: z.string(), offset: z.int().optional() })),
});

/** A scan report as JSON: the shape of `Report` in the room `findings`. */
export const ScanReport = z.strictObject({
  schema: z.literal('sallyport.report/1'),
  engine: z.strictObject({ name: z.literal('sallyport'), version: z.string(), fingerprint: z.string() }),
  verdict: VerdictName,
  coverage: z.strictObject({
    fileCount: z.int(),
    sizeBytes: z.int(),
    readBytes: z.int(),
    gapCount: z.int(),
  }),
  files: z.array(
    z.strictObject({
      path: z.string(),
      format: z.string(),
      verdict: VerdictName,
      findings: z.array(Finding),
      coverage: Coverage,
    }),
  ),
});
