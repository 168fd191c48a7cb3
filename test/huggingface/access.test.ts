import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inline, pushCommit } from '../support/hub-push.ts';
import { type HubServer, startFakeGatedHub } from '../support/hub-server.ts';

let open: HubServer;
let closed: HubServer;

beforeAll(async () => {
  const limits = { jsonBytes: 4_096, jsonBodyMs: 300, bodyIdleMs: 300, commitBytes: 8_192 };
  open = await startFakeGatedHub({ limits });
  closed = await startFakeGatedHub({ anonymousRead: false });
  for (const hub of [open, closed]) {
    await pushCommit(hub, 'acme/public', [inline('a.txt', 'hello')]);
    await pushCommit(hub, 'acme/private', [inline('a.txt', 'secret')], { isPrivate: true });
  }
}, 60_000);
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await closed[Symbol.asyncDispose]();
});

const READS = [
  ['GET', '/api/models/acme/private'],
  ['GET', '/api/models/acme/private/tree/main'],
  ['GET', '/api/models/acme/private/refs'],
  ['GET', '/api/models/acme/private/commits/main'],
  ['GET', '/api/models/acme/private/auth-check'],
  ['POST', '/api/models/acme/private/paths-info/main'],
  ['HEAD', '/acme/private/resolve/main/a.txt'],
  ['GET', '/acme/private/raw/main/a.txt'],
] as const;

/** Of a revision or file that is not there either: no more is said of the package. */
const DEEPER = [
  '/api/models/acme/private/revision/nope',
  '/acme/private/resolve/nope/a.txt',
  '/acme/private/resolve/main/nope',
];

const WRITES = [
  ['POST', '/api/repos/create'],
  ['DELETE', '/api/repos/delete'],
  ['POST', '/api/repos/move'],
  ['POST', '/api/validate-yaml'],
  ['PUT', '/api/models/acme/public/settings'],
  ['POST', '/api/models/acme/public/preupload/main'],
  ['POST', '/api/models/acme/public/commit/main'],
  ['POST', '/api/models/acme/public/branch/x'],
  ['DELETE', '/api/models/acme/public/branch/main'],
  ['POST', '/api/models/acme/public/tag/main'],
  ['DELETE', '/api/models/acme/public/tag/x'],
  ['GET', '/api/models/acme/public/auth-check/write'],
] as const;

/** Valid for each call, so that nothing but access can refuse it. */
const BODY = JSON.stringify({
  name: 'n',
  organization: 'o',
  fromRepo: 'a/b',
  toRepo: 'a/c',
  files: [],
  tag: 't',
  content: '',
  paths: [],
});
const ask = (hub: HubServer, method: string, path: string, as?: string) =>
  hub.ask(path, {
    method,
    ...(method === 'GET' || method === 'HEAD' ? {} : { body: BODY }),
    ...(as === undefined ? {} : { as }),
  });

describe('reading', () => {
  it.each(READS)(
    '%s %s: a private package looks absent without a token, and is there with one',
    async (method, path) => {
      const anonymous = await ask(open, method, path);
      const missing = await ask(open, method, path.replace('acme/private', 'acme/nothing'));
      expect([anonymous.status, anonymous.headers.get('x-error-code')]).toEqual([404, 'RepoNotFound']);
      const facts = (response: Response) => [
        response.status,
        response.headers.get('x-error-code'),
        response.headers.get('x-error-message'),
      ];
      expect(facts(anonymous)).toEqual(facts(missing));
      expect((await ask(open, method, path, 'hf_reader')).status).toBe(200);
    },
  );

  it.each(READS)(
    '%s %s: needs a token where anonymous reading is off, and a scope always',
    async (method, path) => {
      const anonymous = await ask(closed, method, path.replace('private', 'public'));
      expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringContaining('Bearer'),
      ]);
      expect(anonymous.headers.get('x-error-message')).toContain('HF_TOKEN');
      expect((await ask(closed, method, path, 'hf_stranger')).status).toBe(403);
      expect((await ask(closed, method, path, 'hf_reader')).status).toBe(200);
    },
  );

  it.each(DEEPER)('%s: says nothing of what is in a private package', async (path) => {
    const response = await ask(open, 'GET', path);
    expect([response.status, response.headers.get('x-error-code')]).toEqual([404, 'RepoNotFound']);
    expect(response.headers.get('x-repo-commit')).toBeNull();
  });

  it('lists no private package to the anonymous', async () => {
    const names = async (as?: string) =>
      ((await (await ask(open, 'GET', '/api/models', as)).json()) as { id: string }[])
        .map((one) => one.id)
        .sort();
    expect(await names()).toEqual(['acme/public']);
    expect(await names('hf_reader')).toEqual(['acme/private', 'acme/public']);
  });

  it('is refused to a credential that is none, in the words that clients know', async () => {
    for (const header of ['Bearer nonsense', 'Basic !', 'x', 'Bearer hf_reader, Bearer hf_writer']) {
      const response = await open.ask('/api/models/acme/public', { headers: { authorization: header } });
      expect([response.status, response.headers.get('x-error-message')]).toEqual([
        401,
        'Invalid credentials in Authorization header',
      ]);
    }
    expect((await open.ask('/api/whoami-v2')).status).toBe(401);
  });
});

describe('writing', () => {
  it.each(WRITES)('%s %s is for tokens with that right alone', async (method, path) => {
    const anonymous = await ask(open, method, path);
    expect([anonymous.status, anonymous.headers.get('x-error-message')]).toEqual([
      401,
      expect.stringContaining('HF_TOKEN'),
    ]);
    for (const as of ['hf_reader', 'hf_stranger']) {
      const response = await ask(open, method, path, as);
      expect([as, response.status]).toEqual([as, 403]);
      expect(response.headers.get('x-error-message')).toContain(as.slice(3));
    }
  });

  it('by LFS is for tokens with that right alone, and hands out addresses for one thing each', async () => {
    const body = JSON.stringify({ operation: 'upload', objects: [{ oid: 'a'.repeat(64), size: 3 }] });
    const batch = (as?: string) =>
      open.ask('/acme/public.git/info/lfs/objects/batch', {
        method: 'POST',
        body,
        ...(as === undefined ? {} : { as }),
      });
    const anonymous = await batch();
    expect([anonymous.status, anonymous.headers.get('lfs-authenticate')]).toEqual([
      401,
      expect.stringContaining('Basic'),
    ]);
    expect((await batch('hf_reader')).status).toBe(403);
    const { objects } = (await (await batch('hf_writer')).json()) as {
      objects: [{ actions: Record<'upload' | 'verify', { href: string }> }];
    };
    const { href } = objects[0].actions.upload;
    const path = href.slice(open.endpoint('models').length);
    expect((await open.ask(path)).status).toBe(405);
    expect((await open.ask(path, { method: 'PUT', body: 'abc', in: 'other' })).status).toBe(403);
    const token = path.split('/').at(-1) ?? '';
    const [payload = '', seal = ''] = token.split('.');
    const forged = Buffer.from(
      Buffer.from(payload, 'base64url').toString().replace('"put"', '"get"'),
    ).toString('base64url');
    for (const bad of [
      `${forged}.${seal}`,
      `${payload}.`,
      payload,
      `${payload}.${seal}x`,
      '.',
      'x'.repeat(9_000),
    ]) {
      expect([bad, (await open.ask(`/lfs-objects/${bad}`, { method: 'PUT', body: 'abc' })).status]).toEqual([
        bad,
        bad.length > 8_000 ? 400 : 403,
      ]);
    }
  });
});

describe('hostile requests', () => {
  it('to repositories that are not there, or not so named, find nothing', async () => {
    for (const name of ['nope', 'MODELS', '..', '%2e%2e', 'a b']) {
      const response = await open.ask('/api/models', { in: name });
      expect([name, response.status]).toEqual([name, 404]);
    }
  });

  it.each([
    ['an encoded traversal', '/acme/public/resolve/main/%2e%2e%2f%2e%2e%2fetc%2fpasswd'],
    ['a header', '/acme/public/resolve/main/x%0d%0aSet-Cookie:%20stolen=1'],
    ['a header in a revision', '/acme/public/resolve/x%0d%0aLocation:%20http:%2f%2fevil/a'],
    ['a NUL', '/acme/public/resolve/main/a.txt%00.png'],
    ['bytes that are no text', '/acme/public/resolve/main/%c3%28'],
  ])('with %s end in a refusal on one line', async (_, path) => {
    const raw = await sendRaw(
      open,
      `GET /huggingface/models${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    );
    expect(raw).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(raw.toLowerCase()).not.toMatch(/\r\n(set-cookie|location):/);
    expect(raw).not.toContain('root:');
  });

  it('with a plain traversal come out where the address leads, and no further', async () => {
    for (const path of [
      '/acme/public/resolve/main/../../../../../etc/passwd',
      '/../../etc/passwd',
      '/../other/a/b/resolve/main/x',
    ]) {
      const raw = await sendRaw(
        open,
        `GET /huggingface/models${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
      );
      expect(raw).toMatch(/^HTTP\/1\.1 (?:40[04]|501) /);
      expect(raw).not.toContain('root:');
    }
    const hidden = await sendRaw(
      closed,
      'GET /huggingface/models/../other/api/models HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    );
    expect(hidden).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('that are too large are refused before and while they come', async () => {
    const big = JSON.stringify({ paths: ['x'.repeat(5_000)] });
    expect(
      (await open.ask('/api/models/acme/public/paths-info/main', { method: 'POST', body: big })).status,
    ).toBe(413);
    const announced = await fetch(`${open.endpoint('models')}/api/models/acme/public/paths-info/main`, {
      method: 'POST',
      body: big,
    });
    expect(announced.status).toBe(413);
    const chunked = new Blob([big]).stream();
    const response = await fetch(`${open.endpoint('models')}/api/models/acme/public/commit/main`, {
      ...{ method: 'POST', headers: { authorization: 'Bearer hf_writer' }, duplex: 'half' },
      body: new Blob(['\n'.repeat(9_000)]).stream(),
    });
    expect(response.status).toBe(413);
    const alsoChunked = await fetch(`${open.endpoint('models')}/api/models/acme/public/paths-info/main`, {
      method: 'POST',
      body: chunked,
      duplex: 'half',
    });
    expect(alsoChunked.status).toBe(413);
  });

  it.each([
    ['a JSON body', '/api/models/acme/public/paths-info/main', 'x-nothing: 1'],
    ['a commit', '/api/models/acme/public/commit/main', 'authorization: Bearer hf_writer'],
  ])('whose body stops coming are let go: %s', async (_, path, header) => {
    const startedAt = performance.now();
    const raw = await sendRaw(
      open,
      `POST /huggingface/models${path} HTTP/1.1\r\nhost: x\r\n${header}\r\ncontent-length: 1000\r\n\r\n{"pa`,
    );
    expect(raw).toMatch(/^HTTP\/1\.1 408 /);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it.each([
    '',
    '{',
    '[]',
    'null',
    '{"paths":{}}',
    '{"paths":[1]}',
    '"x"',
    '\ufeff{}',
    `{"paths":${'['.repeat(1_000)}`,
  ])('with a body of %j are answered in words', async (body) => {
    const response = await open.ask('/api/models/acme/public/paths-info/main', { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: expect.stringMatching(/^[\x20-\x7e]+$/) });
  });

  it('with queries that nobody means are answered', async () => {
    for (const query of [
      'limit=-1',
      'limit=1e9',
      'limit=x',
      'expand=%00',
      'recursive=maybe',
      'cursor=AAAA',
      '%ff=%',
    ]) {
      const response = await open.ask(`/api/models/acme/public/tree/main?${query}`);
      expect([query, response.status]).toEqual([query, 200]);
    }
    expect((await open.ask('/api/models?cursor=nonsense')).status).toBe(400);
    expect((await open.ask('/api/models/acme/public/commits/main?cursor=nonsense')).status).toBe(400);
  });
});

/** What a server answers to bytes that no client library would send. */
function sendRaw(hub: HubServer, text: string): Promise<string> {
  const { hostname, port } = new URL(hub.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      answer += part;
    });
    socket.on('end', () => resolve(answer));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
