import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '#api';
import { type Sallyport, startSallyport } from '../support/sallyport.ts';
import { push } from '../support/two-servers.ts';

let server: Sallyport;
let endpoint: string;

beforeAll(async () => {
  server = await startSallyport();
  await server.api.call(routes.createRepository, { body: { name: 'own', kind: 'local' } });
  await server.api.call(routes.createRepository, { body: { name: 'other', kind: 'local' } });
  endpoint = `${server.url}/huggingface/own`;
  await push(server, endpoint, 'team/open', [{ path: 'config.json', content: '{"a": 1}' }]);
});

afterAll(() => server?.[Symbol.asyncDispose]());

async function tokenFor(repository: string, action: 'read' | 'write' | 'admin'): Promise<string> {
  const made = await server.api.call(routes.createToken, {
    body: { name: `${repository} ${action}`, scopes: [{ repository, action }] },
  });
  return made.secret;
}

const WRITES: readonly [string, string, string?, string?][] = [
  ['POST', '/api/repos/create', '{"name":"x","organization":"team"}'],
  ['DELETE', '/api/repos/delete', '{"name":"open","organization":"team"}'],
  ['POST', '/api/repos/move', '{"fromRepo":"team/open","toRepo":"team/moved","type":"model"}'],
  ['PUT', '/api/models/team/open/settings', '{"private":true}'],
  [
    'POST',
    '/api/models/team/open/commit/main',
    '{"key":"header","value":{"summary":"x"}}',
    'application/x-ndjson',
  ],
  ['POST', '/api/models/team/open/preupload/main', '{"files":[]}'],
  ['POST', '/api/models/team/open/branch/dev', '{}'],
  ['POST', '/api/models/team/open/tag/main', '{"tag":"v1"}'],
  ['DELETE', '/api/models/team/open/tag/v1'],
  [
    'POST',
    '/team/open.git/info/lfs/objects/batch',
    `{"operation":"upload","transfers":["basic"],"objects":[{"oid":"${'a'.repeat(64)}","size":1}]}`,
    'application/vnd.git-lfs+json',
  ],
];

function send([method, path, body, type]: (typeof WRITES)[number], token?: string): Promise<Response> {
  return fetch(`${endpoint}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': type ?? 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body }),
  });
}

/** One raw request, for what no HTTP client would send. */
function raw(text: string, waitMs = 4_000): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    const timer = setTimeout(() => socket.destroy(), waitMs);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

describe('writing', () => {
  it.each(WRITES)('%s %s needs a token with the right', async (...write) => {
    expect((await send(write)).status, 'anonymous').toBe(401);
    expect((await send(write, 'hf_sly_wrong')).status, 'unknown token').toBe(401);
    expect((await send(write, await tokenFor('own', 'read'))).status, 'read only').toBe(403);
    expect((await send(write, await tokenFor('other', 'admin'))).status, 'another repository').toBe(403);
  });

  it('to a remote repository is refused clearly', async () => {
    const response = await fetch(`${server.url}/huggingface/hub/api/repos/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.adminToken}` },
      body: '{"name":"x","organization":"team"}',
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(response.headers.get('x-error-message')).toContain('takes no uploads');
  });
});

describe('tokens', () => {
  it('are not on disk', async () => {
    const secret = await tokenFor('own', 'write');
    const { execFileSync } = await import('node:child_process');
    const found = execFileSync('sh', ['-c', `grep -rlF -e "$SECRET" "$FOLDER" || true`], {
      env: { PATH: '/usr/bin:/bin', SECRET: secret, FOLDER: server.dataDir },
      encoding: 'utf8',
    });
    expect(found).toBe('');
  });
});

describe('a private package', () => {
  it('looks absent without a token', async () => {
    await push(server, endpoint, 'team/hidden', [{ path: 'config.json', content: '{}' }]);
    const settings = {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.adminToken}` },
    };
    const made = await fetch(`${endpoint}/api/models/team/hidden/settings`, {
      ...settings,
      body: '{"private":true}',
    });
    expect(made.status).toBe(200);
    for (const path of [
      '/api/models/team/hidden',
      '/team/hidden/resolve/main/config.json',
      '/api/models/team/hidden/tree/main',
    ]) {
      const anonymous = await fetch(`${endpoint}${path}`);
      const absent = await fetch(`${endpoint}${path.replace('hidden', 'absent')}`);
      expect(anonymous.status, path).toBe(absent.status);
      const read = await fetch(`${endpoint}${path}`, {
        headers: { authorization: `Bearer ${await tokenFor('own', 'read')}` },
      });
      expect(read.status, path).toBe(200);
    }
    expect(await (await fetch(`${endpoint}/api/models`)).text()).not.toContain('team/hidden');
  });
});

describe('hostile requests', () => {
  it.each([
    '/team/open/resolve/main/../../../../etc/passwd',
    '/team/open/resolve/main/%2e%2e/%2e%2e/etc/passwd',
    '/team/open/resolve/main/..%2f..%2fetc%2fpasswd',
    '/team/open/resolve/main/%2fetc%2fpasswd',
    '/team/open/resolve/main/..%5c..%5cwindows',
    '/team/open/resolve/main/config.json%00.txt',
    '/team/open/resolve/%2e%2e/config.json',
    '/..%2f..%2fapi/resolve/main/config.json',
    '/team/open/resolve/main/%c0%ae%c0%ae/x',
    '/api/models/team%2f..%2f..%2fopen/tree/main',
  ])('cannot walk out by %s', async (path) => {
    const { host } = new URL(server.url);
    const answer = await raw(
      `GET /huggingface/own${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
    );
    // 501: the normalised address is a page of the Hub that is not offered.
    expect(answer).toMatch(/^HTTP\/1\.1 (4\d\d|501) /);
    expect(answer).not.toContain('root:');
  });

  it('cannot commit a path that walks out or breaks a header', async () => {
    for (const path of [
      '../evil',
      '/etc/x',
      'a/../../b',
      'a\u0000b',
      'a\r\nx-evil: 1',
      '.git/config',
      'a//b',
      '',
    ]) {
      const lines = [
        { key: 'header', value: { summary: 'x' } },
        { key: 'file', value: { path, content: 'eA==', encoding: 'base64' } },
      ];
      const body = lines.map((line) => JSON.stringify(line)).join('\n');
      const response = await send(
        ['POST', '/api/models/team/open/commit/main', body, 'application/x-ndjson'],
        server.adminToken,
      );
      expect(response.status, JSON.stringify(path)).toBe(400);
    }
  });

  it('cannot put a line into a header', async () => {
    const response = await fetch(`${endpoint}/team/open/resolve/main%0d%0ax-evil:%201/config.json`);
    expect(response.headers.get('x-evil')).toBeNull();
    expect(response.status).toBeGreaterThanOrEqual(400);
  });

  it('with bodies past their bound are cut off', async () => {
    const big = 'x'.repeat(2 ** 20);
    const created = await fetch(`${server.url}/api/v1/repositories`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.adminToken}` },
      body: JSON.stringify({ name: 'x', kind: 'local', padding: big }),
    });
    expect(created.status).toBe(413);
    const batch = await fetch(`${endpoint}/api/repos/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.adminToken}` },
      body: JSON.stringify({ name: 'x', organization: big.repeat(24) }),
    });
    expect([400, 413]).toContain(batch.status);
  });

  it('that trickle their headers are cut off, and others are served meanwhile', async () => {
    const slow = raw('GET / HTTP/1.1\r\nhost: a\r\nx-slow: ', 25_000);
    const { host } = new URL(server.url);
    const other = await raw(`GET /healthz HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    expect(other).toMatch(/^HTTP\/1\.1 200 /);
    const startedAt = performance.now();
    await slow;
    expect(performance.now() - startedAt).toBeLessThan(24_000);
  });

  it('that are no HTTP get 400', async () => {
    expect(await raw('\x16\x03\x01 hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a server without anonymous reading', () => {
  it('gives nothing to clients without a token', async () => {
    await using closed = await startSallyport({ env: { SALLYPORT_ANONYMOUS_READ: 'false' } });
    await closed.api.call(routes.createRepository, { body: { name: 'own', kind: 'local' } });
    await push(closed, `${closed.url}/huggingface/own`, 'team/open', [
      { path: 'config.json', content: '{}' },
    ]);
    const url = `${closed.url}/huggingface/own/team/open/resolve/main/config.json`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: `Bearer ${closed.adminToken}` } })).status).toBe(
      200,
    );
  });
});
