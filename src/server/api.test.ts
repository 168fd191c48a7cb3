import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiClient, routes, type Scope } from '#api';
import type { Report } from '#findings';
import { silentLog, systemClock } from '#kernel';
import { describePolicies } from '#policy';
import { openTestStore, type TestStore } from '../../test/support/test-store.ts';
import { createAuthenticate, createTokenSecret, hashToken } from './authenticate.ts';
import { createServerApp } from './create-server-app.ts';
import { createMetrics } from './metrics.ts';

const report: Report = {
  schema: 'sallyport.report/1',
  engine: { name: 'sallyport', version: '0', fingerprint: 'f' },
  verdict: 'unsafe',
  coverage: { fileCount: 1, sizeBytes: 10, readBytes: 10, gapCount: 0 },
  files: [
    {
      path: 'a.pkl',
      format: 'pickle',
      verdict: 'unsafe',
      findings: [{ rule: 'pickle/x', message: 'm', confidence: 'high', place: { offset: 1 } }],
      coverage: { sizeBytes: 10, readBytes: 10, dataBytes: 0, gaps: [] },
    },
  ],
};

let test: TestStore;
let app: Hono;
let admin: string;
let decisionId: string;

async function createToken(scopes: readonly Scope[], expiresAt?: Date): Promise<string> {
  const secret = createTokenSecret();
  await test.store.tokens.create({ name: 'test', scopes, expiresAt, hash: hashToken(secret) });
  return secret;
}

const clientOf = (token: string | undefined) =>
  createApiClient({
    baseUrl: 'http://gate.test',
    token,
    fetch: async (url, init) => app.request(String(url), init),
  });

/** A held version of a package in `hub`, and its decision. */
async function seed(): Promise<string> {
  const { store } = test;
  const repository = await store.repositories.create({
    name: 'hub',
    protocol: 'huggingface',
    kind: 'remote',
    upstreamUrl: 'https://hub.test',
    upstreamToken: 'secret-of-the-upstream',
    policy: 'balanced',
  });
  const made = await store.packages.create({
    repositoryId: repository.id,
    type: 'model',
    name: 'org/model',
    isPrivate: false,
  });
  const version = await store.versions.ensure({
    packageId: made.id,
    revision: 'a'.repeat(40),
    parents: [],
    title: '<script>alert(1)</script>',
    message: '',
    author: 'ada',
    createdAt: new Date(),
    info: {},
    files: [],
  });
  const decision = await store.decisions.record({
    versionId: version.id,
    repository: 'hub',
    protocol: 'huggingface',
    packageType: 'model',
    packageName: 'org/model',
    version: version.revision,
    effect: 'hold',
    state: 'active',
    verdict: 'unsafe',
    reasons: [
      {
        policyRule: 'balanced/unsafe',
        effect: 'hold',
        message: 'Loading <b>it</b> can run code.',
        finding: 'pickle/x',
        file: '"><img src=x onerror=alert(1)>.pkl',
      },
    ],
    policy: 'balanced',
    policyDigest: 'd'.repeat(64),
    engineFingerprint: 'f',
    reportDigest: await store.reports.put(report),
    readBytes: 10,
    elapsedMs: 3,
    decidedAt: new Date(),
    settledAt: undefined,
  });
  return decision.id;
}

beforeAll(async () => {
  test = await openTestStore();
  const { store } = test;
  decisionId = await seed();
  admin = await createToken([{ repository: '*', action: 'admin' }]);
  app = createServerApp({
    store,
    clock: systemClock,
    log: silentLog,
    metrics: createMetrics(),
    authenticate: createAuthenticate({ tokens: store.tokens, clock: systemClock, anonymousRead: true }),
    policies: describePolicies(),
    publicUrl: 'http://gate.test',
    protocols: new Map([['huggingface', new Hono()]]),
  });
});

afterAll(() => test?.[Symbol.asyncDispose]());

describe('the HTTP API', () => {
  it('answers every operation as its OpenAPI document says', async () => {
    const document = (await (await app.request('/api/v1/openapi.json')).json()) as {
      readonly paths: Record<
        string,
        Record<string, { readonly operationId: string; readonly responses: Record<string, OpenApiAnswer> }>
      >;
      readonly components: object;
    };
    const ajv = addFormats.default(new Ajv2020({ strict: false }));
    const params = { repository: 'hub', type: 'model', name: 'org%2Fmodel' };
    const calls: readonly [string, string, unknown, number][] = [
      ['whoami', '/whoami', undefined, 200],
      ['listRepositories', '/repositories', undefined, 200],
      ['createRepository', '/repositories', { name: 'own', kind: 'local' }, 201],
      ['createRepository', '/repositories', { name: 'own', kind: 'local' }, 409],
      ['createRepository', '/repositories', { name: 'own', kind: 'remote' }, 400],
      ['getRepository', '/repositories/hub', undefined, 200],
      ['getRepository', '/repositories/absent', undefined, 404],
      ['updateRepository', '/repositories/hub', { policy: 'observe' }, 200],
      ['updateRepository', '/repositories/own', { upstreamUrl: 'https://x.test' }, 409],
      ['listPackages', '/repositories/hub/packages?limit=1&type=model', undefined, 200],
      ['listPackages', '/repositories/hub/packages?limit=0', undefined, 400],
      ['listPackages', '/repositories/hub/packages?unknown=1', undefined, 400],
      ['getPackage', `/repositories/hub/packages/model/${params.name}`, undefined, 200],
      ['listVersions', `/repositories/hub/packages/model/${params.name}/versions`, undefined, 200],
      ['listDecisions', '/decisions?effect=hold', undefined, 200],
      ['getDecision', `/decisions/${decisionId}`, undefined, 200],
      ['getDecision', '/decisions/not-an-id', undefined, 404],
      ['getDecisionReport', `/decisions/${decisionId}/report`, undefined, 200],
      ['settleDecision', `/decisions/${decisionId}/settlement`, { state: 'approved', reason: 'x' }, 400],
      [
        'settleDecision',
        `/decisions/${decisionId}/settlement`,
        { state: 'approved', reason: 'reviewed' },
        200,
      ],
      [
        'settleDecision',
        `/decisions/${decisionId}/settlement`,
        { state: 'refused', reason: 'reviewed' },
        409,
      ],
      ['listPolicies', '/policies', undefined, 200],
      ['createToken', '/tokens', { name: 'ci', scopes: [{ repository: 'hub', action: 'read' }] }, 201],
      ['createToken', '/tokens', { name: 'ci', scopes: [{ repository: 'nope', action: 'read' }] }, 404],
      ['listTokens', '/tokens', undefined, 200],
      ['revokeToken', '/tokens/absent', undefined, 404],
      ['deletePackage', `/repositories/hub/packages/model/${params.name}`, undefined, 204],
      ['deleteRepository', '/repositories/own', undefined, 204],
    ];
    for (const [id, path, body, status] of calls) {
      const route = Object.values(routes).find((one) => one.id === id);
      if (route === undefined) throw new Error(`no operation ${id}`);
      const response = await app.request(`/api/v1${path}`, {
        method: route.method,
        headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      expect(response.status, `${id} ${path}`).toBe(status);
      const documented = document.paths[route.path]?.[route.method.toLowerCase()]?.responses[String(status)];
      expect(documented, `${id} documents ${status}`).toBeDefined();
      const schema = documented?.content?.['application/json'].schema;
      if (schema === undefined) continue;
      const validate = ajv.compile({ ...schema, components: document.components });
      const answer: unknown = await response.json();
      expect(validate(answer), `${id}: ${JSON.stringify(validate.errors)} ${JSON.stringify(answer)}`).toBe(
        true,
      );
    }
    const called = new Set(calls.map(([id]) => id));
    expect(Object.keys(routes).filter((id) => !called.has(id))).toEqual([]);
  });

  it('gives each right what it says and no more', async () => {
    const reader = await createToken([{ repository: 'hub', action: 'read' }]);
    for (const route of Object.values(routes)) {
      const path = route.path.replace(/\{\w+\}/g, 'hub');
      const status = async (token: string | undefined) => {
        const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
        return (await app.request(`/api/v1${path}`, { method: route.method, headers })).status;
      };
      if (route.access === 'admin' || route.access === 'write') {
        expect(await status(undefined), route.id).toBe(401);
        expect(await status(reader), route.id).toBe(403);
      }
      expect(await status('hf_sly_unknown'), route.id).toBe(401);
    }
  });

  it('refuses tokens that expired or were revoked, and takes Basic as Git sends it', async () => {
    const expired = await createToken([{ repository: '*', action: 'admin' }], new Date(Date.now() - 1000));
    await expect(clientOf(expired).call(routes.listTokens)).rejects.toMatchObject({ status: 401 });
    const made = await clientOf(admin).call(routes.createToken, {
      body: { name: 'short', scopes: [{ repository: '*', action: 'admin' }] },
    });
    const basic = `Basic ${Buffer.from(`ada:${made.secret}`).toString('base64')}`;
    expect((await app.request('/api/v1/tokens', { headers: { authorization: basic } })).status).toBe(200);
    await clientOf(admin).call(routes.revokeToken, { params: { id: made.token.id } });
    await expect(clientOf(made.secret).call(routes.listTokens)).rejects.toMatchObject({ status: 401 });
  });

  it('never shows a secret', async () => {
    const paths = ['/repositories', '/repositories/hub', '/tokens', '/decisions'];
    for (const path of paths) {
      const response = await app.request(`/api/v1${path}`, { headers: { authorization: `Bearer ${admin}` } });
      const text = await response.text();
      expect(text).not.toContain('secret-of-the-upstream');
      expect(text).not.toContain(hashToken(admin));
    }
  });

  it.each([
    ['no JSON', '{', 400],
    ['a list', '[]', 400],
    ['an unknown key', '{"name":"x","kind":"local","extra":1}', 400],
    ['a credential in the address', '{"name":"x","kind":"remote","upstreamUrl":"https://a:b@hub.test"}', 400],
    ['another scheme', '{"name":"x","kind":"remote","upstreamUrl":"file:///etc/passwd"}', 400],
    [
      'a line break in the credential',
      '{"name":"x","kind":"remote","upstreamUrl":"https://h.test","upstreamToken":"a\\nb"}',
      400,
    ],
    ['too much', JSON.stringify({ name: 'x'.repeat(70_000) }), 413],
  ])('refuses a body that is %s', async (_, body, status) => {
    const response = await app.request('/api/v1/repositories', {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(status);
  });
});

interface OpenApiAnswer {
  readonly content?: { readonly 'application/json': { readonly schema: object } };
}

describe('pages', () => {
  it('show a decision, inert against hostile names', async () => {
    const response = await app.request(`/decisions/${decisionId}`);
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    expect(text).toContain('balanced/unsafe');
    expect(text).toContain('&lt;b&gt;it&lt;/b&gt;');
    expect(text).not.toContain('<img');
    expect(text).not.toContain('<script');
    expect((await app.request('/decisions/absent')).status).toBe(404);
    expect((await app.request('/')).status).toBe(200);
  });

  it('answer probes and metrics', async () => {
    expect(await (await app.request('/healthz')).text()).toBe('ok\n');
    expect((await app.request('/readyz')).status).toBe(200);
    expect(await (await app.request('/metrics')).text()).toContain('sallyport_decisions_total');
  });
});
