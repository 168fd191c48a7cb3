import type { z } from 'zod';
import { quote } from '#kernel';
import { readBytes } from './body.ts';
import type { HubCall, HubDeps } from './call.ts';
import { HubError } from './hub-error.ts';

/** @throws {HubError} `invalid-request`, naming the place */
export function parseJson<T>(schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new HubError('invalid-request', `expected JSON, found ${quote(text, 60)}`, { cause: error });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  throw new HubError(
    'invalid-request',
    `${place === '' ? 'the body' : quote(place)}: ${issue?.message ?? 'invalid'}`,
  );
}

/** The whole body as JSON of a shape. @throws {HubError} */
export async function readJson<T>(deps: HubDeps, call: HubCall, schema: z.ZodType<T>): Promise<T> {
  const { jsonBytes, jsonBodyMs } = deps.limits;
  const body = await readBytes(call.body(), { maxBytes: jsonBytes, totalMs: jsonBodyMs });
  return parseJson(schema, Buffer.from(body).toString('utf8'));
}
