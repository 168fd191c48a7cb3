import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createApiClient } from './client.ts';
import { isAllowed } from './principal.ts';
import { RepositoryName } from './repository.ts';
import { routes } from './routes.ts';

const action = fc.constantFrom('read' as const, 'write' as const, 'admin' as const);
const name = fc.constantFrom('hub', 'models', 'own');

describe('rights', () => {
  it('hold in the repository they name, include the smaller ones and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ repository: fc.oneof(name, fc.constant('*')), action })),
        name,
        action,
        (scopes, where, what) => {
          const order = ['read', 'write', 'admin'];
          const expected = scopes.some(
            (scope) =>
              ['*', where].includes(scope.repository) && order.indexOf(scope.action) >= order.indexOf(what),
          );
          expect(isAllowed({ kind: 'token', name: 'x', scopes }, where, what)).toBe(expected);
        },
      ),
    );
  });

  it('in one repository give none over all', () => {
    const scopes = [{ repository: 'hub', action: 'admin' as const }];
    expect(isAllowed({ kind: 'token', name: 'x', scopes }, '*', 'read')).toBe(false);
  });
});

describe('repository names', () => {
  it('are safe in addresses and folders', () => {
    for (const good of ['hub', 'ml-models', 'a', '0.x_y'])
      expect(RepositoryName.safeParse(good).success).toBe(true);
    for (const bad of ['', '.', '..', '-a', 'A', 'a/b', 'a b', 'a%2f', 'é', 'a'.repeat(65), '*']) {
      expect(RepositoryName.safeParse(bad).success, bad).toBe(false);
    }
  });
});

describe('the client', () => {
  const answering = (status: number, body: string) =>
    createApiClient({
      baseUrl: 'http://gate.test/',
      token: 't',
      fetch: async () => new Response(body, { status }),
    });

  it('gives what the server said of a refusal', async () => {
    const body = JSON.stringify({ error: { code: 'exists', message: 'taken', requestId: 'r' } });
    await expect(answering(409, body).call(routes.listTokens)).rejects.toMatchObject({
      code: 'refused',
      problem: 'exists',
      status: 409,
      message: 'taken',
    });
  });

  it.each([
    ['no JSON', 200, '<html>'],
    ['another shape', 200, '{"items":[{"id":1}]}'],
    ['no JSON in a refusal', 502, 'bad gateway'],
  ])('refuses an answer that is %s', async (_, status, body) => {
    await expect(answering(status, body).call(routes.listTokens)).rejects.toMatchObject({
      code: 'invalid-answer',
    });
  });

  it('says that nobody answered', async () => {
    const client = createApiClient({
      baseUrl: 'http://gate.test',
      token: undefined,
      fetch: () => Promise.reject(new TypeError('fetch failed')),
    });
    await expect(client.call(routes.whoami)).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('encodes parameters and query', async () => {
    const asked: string[] = [];
    const client = createApiClient({
      baseUrl: 'http://gate.test',
      token: undefined,
      fetch: async (url) => {
        asked.push(String(url));
        return new Response('{"items":[]}');
      },
    });
    const params = { repository: 'hub', type: 'model', name: 'org/a b?' };
    await client.call(routes.listVersions, { params, query: { limit: 2, after: 'x&y' } });
    expect(asked).toEqual([
      'http://gate.test/api/v1/repositories/hub/packages/model/org%2Fa%20b%3F/versions?limit=2&after=x%26y',
    ]);
  });
});

describe('the route table', () => {
  it('has unique ids and addresses', () => {
    const all = Object.entries(routes);
    expect(new Set(all.map(([, route]) => `${route.method} ${route.path}`)).size).toBe(all.length);
    for (const [key, route] of all) expect(route.id).toBe(key);
  });
});
