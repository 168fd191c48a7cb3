import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashGitBlob } from '#ecosystems';
import { inline, pushCommit } from '../support/hub-push.ts';
import { type HubServer, startHub } from '../support/hub-server.ts';

const NAME = 'acme/model';
const CONFIG = Buffer.from('{"model_type":"bert"}');
const WEIGHTS = renderSafetensors(300_000);
const COMMIT = 'c'.repeat(40);

/** A file of plain numbers, which nothing stands against. */
function renderSafetensors(sizeBytes: number): Buffer<ArrayBuffer> {
  const header = JSON.stringify({
    w: { dtype: 'U8', shape: [sizeBytes], data_offsets: [0, sizeBytes] },
  }).padEnd(80);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(sizeBytes, 7)]);
}

const file = (gate: HubServer, path: string, init: RequestInit = {}, ref = 'main', name = NAME) =>
  fetch(`${gate.endpoint('hub')}/${name}/resolve/${ref}/${path}`, init);

describe('a remote repository before another Sallyport', () => {
  let hub: HubServer;
  let gate: HubServer;
  let commit = '';
  let isGone = false;

  beforeAll(async () => {
    hub = await startHub();
    commit = await pushCommit(hub, NAME, [
      ...[
        inline('config.json', CONFIG),
        inline('model.safetensors', WEIGHTS),
        inline('README.md', '---\nlicense: mit\n---\n'),
      ],
    ]);
    gate = await startHub({ upstreamUrl: hub.endpoint('models'), upstreamLimits: { attempts: 2 } });
  }, 60_000);
  afterAll(async () => {
    await gate[Symbol.asyncDispose]();
    if (!isGone) await hub[Symbol.asyncDispose]();
  });

  it('has the same commits, files, digests and words', async () => {
    const [there, here] = await Promise.all(
      [
        hub.ask(`/api/models/${NAME}?blobs=true`),
        gate.ask(`/api/models/${NAME}?blobs=true`, { in: 'hub' }),
      ].map(async (answer) => (await (await answer).json()) as Record<string, unknown>),
    );
    for (const key of ['id', 'sha', 'tags', 'cardData', 'siblings', 'lastModified'])
      expect(here?.[key]).toEqual(there?.[key]);
    for (const call of ['tree/main?recursive=true', 'refs', 'commits/main']) {
      const answers = [
        hub.ask(`/api/models/${NAME}/${call}`),
        gate.ask(`/api/models/${NAME}/${call}`, { in: 'hub' }),
      ];
      const [theirs, ours] = await Promise.all(answers.map(async (answer) => (await answer).json()));
      expect(ours).toEqual(theirs);
    }
    expect(await (await gate.ask('/api/models?search=mod', { in: 'hub' })).json()).toMatchObject([
      { id: NAME },
    ]);
  });

  it('gives the bytes, cold, by range and from its cache', async () => {
    const cold = await file(gate, 'model.safetensors');
    expect(Object.fromEntries(cold.headers)).toMatchObject({
      'x-repo-commit': commit,
      etag: `"${createHash('sha256').update(WEIGHTS).digest('hex')}"`,
      'content-length': String(WEIGHTS.length),
    });
    expect(Buffer.from(await cold.arrayBuffer()).equals(WEIGHTS)).toBe(true);
    const part = await file(gate, 'model.safetensors', { headers: { range: 'bytes=299990-' } });
    expect([part.status, Buffer.from(await part.arrayBuffer()).equals(WEIGHTS.subarray(299_990))]).toEqual([
      206,
      true,
    ]);
    expect((await file(gate, 'config.json', { method: 'HEAD' })).headers.get('etag')).toBe(
      `"${hashGitBlob(CONFIG)}"`,
    );
  });

  it('takes no uploads, and says where they go', async () => {
    const writes = [
      ['POST', '/api/repos/create'],
      ['POST', `/api/models/${NAME}/preupload/main`],
      ['POST', `/api/models/${NAME}/commit/main`],
      ['POST', `/${NAME}.git/info/lfs/objects/batch`],
    ] as const;
    for (const [method, path] of writes) {
      const body = JSON.stringify({ operation: 'upload', objects: [], files: [], name: 'x/y' });
      const answer = await gate.ask(path, { in: 'hub', method, body, as: 'hf_writer' });
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.headers.get('x-error-message')).toContain('takes no uploads');
    }
  });

  it('goes on with what it has when the upstream is gone, and says so', async () => {
    expect((await file(gate, 'model.safetensors')).status).toBe(200);
    await hub[Symbol.asyncDispose]();
    isGone = true;
    const cached = await file(gate, 'model.safetensors', {}, commit);
    expect(Buffer.from(await cached.arrayBuffer()).equals(WEIGHTS)).toBe(true);
    for (const path of [`/api/models/${NAME}/refs`, `/api/models/${NAME}/commits/${commit}`, '/api/models']) {
      const answer = await gate.ask(path, { in: 'hub' });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get('x-hf-warning')).toContain('cannot be reached');
    }
    const unknown = await gate.ask('/acme/unknown/resolve/main/a', { in: 'hub', method: 'HEAD' });
    expect([unknown.status, unknown.headers.get('x-error-message')]).toEqual([
      503,
      expect.stringContaining('upstream'),
    ]);
  });
});

describe('a remote repository before a Hub that speaks Xet and misbehaves', () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let server: Server;
  let gate: HubServer;
  let serial = 0;
  /** One that nothing is known of yet. */
  const newName = () => `acme/fresh-${++serial}`;

  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    gate = await startHub({ upstreamUrl: `http://127.0.0.1:${port}`, upstreamLimits: { attempts: 2 } });
  }, 60_000);
  afterAll(async () => {
    await gate[Symbol.asyncDispose]();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const sendJson = (response: ServerResponse, value: unknown, status = 200, headers = {}) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(value));

  /** One small file, with every Xet field there is. */
  function playHub(serve: (response: ServerResponse) => void): typeof answer {
    return (request, response) => {
      const path = request.url ?? '';
      if (path.includes('/resolve/')) return serve(response);
      if (path.includes('/tree/')) {
        const entry = {
          type: 'file',
          path: 'config.json',
          size: CONFIG.length,
          oid: hashGitBlob(CONFIG),
          xetHash: 'f'.repeat(64),
        };
        return sendJson(response, [entry]);
      }
      if (path.includes('/commits/')) return sendJson(response, { error: 'no history here' }, 404);
      return sendJson(response, {
        id: NAME,
        sha: COMMIT,
        xetEnabled: true,
        siblings: [{ rfilename: 'config.json', xetHash: 'x' }],
      });
    };
  }

  it('passes on nothing of Xet', async () => {
    answer = playHub((response) => {
      response.setHeader('x-xet-hash', 'f'.repeat(64));
      response.setHeader('link', '<https://cas.example/token>; rel="xet-auth"');
      response.end(CONFIG);
    });
    const name = newName();
    for (const path of [
      `/api/models/${name}?blobs=true`,
      `/api/models/${name}/tree/main?expand=true`,
      `/${name}/resolve/main/config.json`,
    ]) {
      const response = await gate.ask(path, { in: 'hub' });
      expect([path, response.status]).toEqual([path, 200]);
      expect(JSON.stringify([...response.headers]) + (await response.text())).not.toMatch(
        /xet|cas\.example/i,
      );
    }
  });

  it.each([
    ['other bytes of the same length', 'x'.repeat(CONFIG.length)],
    ['fewer bytes', '{}'],
  ])('never ends a file cleanly that has %s', async (_, body) => {
    answer = playHub((response) => response.end(body));
    const response = await file(gate, 'config.json', {}, 'main', newName());
    const text = await response.text().catch(() => 'broken');
    expect(response.status === 200 ? text : response.headers.get('x-error-message')).toMatch(
      /broken|upstream|inspected/i,
    );
    expect(text).not.toBe(body);
  });

  it.each([
    [404, { 'x-error-code': 'RepoNotFound' }, 404, 'RepoNotFound'],
    [401, {}, 403, 'GatedRepo'],
    [403, { 'x-error-code': 'GatedRepo' }, 403, 'GatedRepo'],
    [500, {}, 503, null],
    [429, { 'retry-after': '60' }, 503, null],
  ] as const)('says what a %i of the upstream means', async (status, headers, ours, code) => {
    answer = (_, response) => sendJson(response, {}, status, headers);
    const response = await file(gate, 'config.json', { method: 'HEAD' }, 'main', newName());
    expect([response.status, response.headers.get('x-error-code')]).toEqual([ours, code]);
    expect(response.headers.get('x-error-message')).toContain('upstream');
    expect(response.headers.has('retry-after')).toBe(ours === 503);
  });
});
