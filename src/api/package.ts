import { z } from 'zod';
import { Decision } from './decision.ts';

/** A name in a repository: a model, a dataset, a space. */
export const Package = z.strictObject({
  repository: z.string(),
  type: z.string().describe('model, dataset or space'),
  name: z.string(),
  isPrivate: z.boolean(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Package = z.infer<typeof Package>;

/** An immutable state of a package, with the decision that stands for it, if there is one. */
export const Version = z.strictObject({
  revision: z.string().describe('for the Hub a commit'),
  title: z.string(),
  author: z.string(),
  createdAt: z.iso.datetime(),
  decision: Decision.optional(),
});
export type Version = z.infer<typeof Version>;
