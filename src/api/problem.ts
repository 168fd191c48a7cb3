import { z } from 'zod';

/** The body of every error answer of `/api/v1`. */
export const Problem = z.strictObject({
  error: z.strictObject({
    code: z.string().describe('permanent, kebab-case; branch on this'),
    message: z.string(),
    requestId: z.string(),
  }),
});
export type Problem = z.infer<typeof Problem>;
