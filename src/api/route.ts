import type { z } from 'zod';
import type { Action } from './token.ts';

/** One operation of the HTTP API: the contract that the server, the OpenAPI document and every client share. */
export interface Route<
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  readonly id: string; // operationId
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string; // below /api/v1, parameters in braces
  readonly summary: string;
  /** Right that is needed, on the repository named in the path or else on all. `any`: nothing. */
  readonly access: Action | 'any';
  readonly query: Query;
  readonly body: Body; // z.undefined() when there is none
  readonly answer: Answer; // z.undefined() for 204
  readonly status: 200 | 201 | 204;
  readonly errors: readonly number[]; // statuses beyond 400, 401, 403 and 500
}

export type QueryOf<R extends Route> = z.input<R['query']>;
export type BodyOf<R extends Route> = z.input<R['body']>;
export type AnswerOf<R extends Route> = z.output<R['answer']>;

export function defineRoute<Query extends z.ZodType, Body extends z.ZodType, Answer extends z.ZodType>(
  route: Route<Query, Body, Answer>,
): Route<Query, Body, Answer> {
  return route;
}
