import { z } from 'zod';
import type { Route } from '#api';
import { Problem } from '#api';
import { ENGINE_VERSION } from '../version.ts';

type JsonObject = { readonly [key: string]: unknown };

/** The OpenAPI 3.1 document of a route table. */
export function renderOpenApi(all: readonly Route[]): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of all) {
    const methods = paths[route.path] ?? {};
    methods[route.method.toLowerCase()] = renderOperation(route);
    paths[route.path] = methods;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sallyport',
      version: ENGINE_VERSION,
      description: 'Manages the double gate through which AI artifacts enter an organisation.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: toSchema(Problem, 'output') },
    },
  };
}

function renderOperation(route: Route): JsonObject {
  const problem = (description: string) => ({
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });
  const errors = [400, 401, 403, ...(isNothing(route.body) ? [] : [408, 413]), ...route.errors, 500].map(
    (status) => [String(status), problem(`refused: ${status}`)],
  );
  const answer = isNothing(route.answer)
    ? { description: 'done' }
    : {
        description: route.summary,
        content: { 'application/json': { schema: toSchema(route.answer, 'output') } },
      };
  return {
    operationId: route.id,
    summary: route.summary,
    security: route.access === 'any' ? [{}, { token: [] }] : [{ token: [] }],
    parameters: [...pathParameters(route.path), ...queryParameters(route.query)],
    ...(isNothing(route.body)
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: toSchema(route.body, 'input') } },
          },
        }),
    responses: { [route.status]: answer, ...Object.fromEntries(errors) },
  };
}

function pathParameters(path: string): JsonObject[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => ({
    name: match[1],
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodType): JsonObject[] {
  const schema = toSchema(query, 'input');
  const required = new Set((schema.required as readonly string[] | undefined) ?? []);
  return Object.entries((schema.properties as Record<string, JsonObject> | undefined) ?? {}).map(
    ([name, property]) => ({
      name,
      in: 'query',
      required: required.has(name),
      schema: property,
    }),
  );
}

function isNothing(schema: z.ZodType): boolean {
  return schema instanceof z.ZodUndefined;
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  });
  return rest;
}
