import { createHash, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { hashGitBlob, parseHubPath, parseHubRepoId } from '#ecosystems';
import { type GitOid, isGitOid, isSha256, silentLog, systemClock } from '#kernel';
import { type ScriptedServer, sendJson, startScriptedServer } from '../http/scripted-server.ts';
import { createHubUpstream, type HubUpstreamOptions } from './create-hub-upstream.ts';
import type { HubFile } from './hub-upstream.ts';

const REPO = { type: 'model', id: parseHubRepoId('acme/model') } as const;
const COMMIT = toOid('a'.repeat(40));
const closing: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function start(answer: Parameters<typeof startScriptedServer>[0]): Promise<ScriptedServer> {
  const server = await startScriptedServer(answer);
  closing.push(server);
  return server;
}

function connect(baseUrl: string, options: Partial<HubUpstreamOptions> = {}) {
  const upstream = createHubUpstream({
    baseUrl,
    clock: systemClock,
    log: silentLog,
    ...options,
    limits: {
      headersTimeoutMs: 300,
      bodyTimeoutMs: 300,
      backoffMs: 1,
      maxBackoffMs: 2,
      attempts: 3,
      ...options.limits,
    },
  });
  closing.push(upstream);
  return upstream;
}

function describeFile(bytes: Uint8Array, isLfs = true): HubFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    path: parseHubPath('dir/we ights.bin'),
    sizeBytes: bytes.length,
    gitOid: hashGitBlob(bytes),
    sha256: isLfs && isSha256(sha256) ? sha256 : undefined,
  };
}

function toOid(text: string): GitOid {
  if (!isGitOid(text)) throw new Error(text);
  return text;
}

/** Serves a range as a storage host does. */
function sendRange(response: ServerResponse, range: string | undefined, bytes: Buffer, headers = {}): void {
  const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  if (match === null) {
    response.writeHead(200, { 'content-length': bytes.length, ...headers });
    response.end(bytes);
    return;
  }
  const from = Number(match[1]);
  const to = match[2] === '' ? bytes.length : Math.min(bytes.length, Number(match[2]) + 1);
  response.writeHead(206, {
    'content-length': to - from,
    'content-range': `bytes ${from}-${to - 1}/${bytes.length}`,
    ...headers,
  });
  response.end(bytes.subarray(from, to));
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

describe('answers', () => {
  it('come without side doors to the bytes', async () => {
    const server = await start((_, response) =>
      sendJson(response, {
        sha: COMMIT,
        xetEnabled: true,
        tags: ['a\u0000b'],
        siblings: [{ rfilename: 'x', xetHash: 'h', lfs: { downloadUrl: 'http://elsewhere' } }],
      }),
    );
    const info = await connect(server.url).info(REPO, 'refs/pr/1');
    expect(info).toEqual({
      commit: COMMIT,
      raw: { sha: COMMIT, tags: ['ab'], siblings: [{ rfilename: 'x', lfs: {} }] },
    });
    expect(server.requests[0]?.path).toBe('/api/models/acme/model/revision/refs%2Fpr%2F1');
  });

  it('are followed page by page, on the configured address only', async () => {
    const file = (path: string) => ({ type: 'file', path, size: 1, oid: COMMIT });
    const server = await start((request, response) => {
      if (request.url?.includes('cursor=2')) return sendJson(response, [file('b'), file('bad\nname')]);
      sendJson(response, [{ type: 'directory', path: 'd', oid: COMMIT }, file('a')], {
        link: '<http://elsewhere.example/api/x?cursor=2>; rel="next"',
      });
    });
    const files = await connect(`${server.url}/prefix/`).tree(REPO, COMMIT);
    expect(files.map((one) => one.path)).toEqual(['a', 'b']);
    expect(server.requests.map((one) => one.path)).toEqual([
      `/prefix/api/models/acme/model/tree/${COMMIT}?recursive=true&expand=false`,
      `/prefix/api/models/acme/model/tree/${COMMIT}?cursor=2`,
    ]);
  });

  it('end in a coded error whatever they say', async () => {
    let next = '';
    const server = await start((_, response) => {
      response.setHeader('link', '<http://x/?a>; rel="next"');
      response.end(next);
    });
    const upstream = connect(server.url, { limits: { attempts: 1, maxJsonBytes: 2_000, maxFiles: 3 } });
    const calls = [
      () => upstream.info(REPO, 'main'),
      () => upstream.tree(REPO, COMMIT),
      () => upstream.refs(REPO),
      () => upstream.commits(REPO, 'main', 5),
      () => upstream.list('model', new URLSearchParams('search=x')),
    ];
    const entry = fc.record(
      {
        ...{ type: fc.constantFrom('file', 'x'), path: fc.string(), oid: fc.constantFrom(COMMIT, 'x') },
        ...{ sha: fc.constantFrom(COMMIT, 'x'), size: fc.double(), lfs: fc.anything(), name: fc.anything() },
        ...{ branches: fc.anything(), id: fc.anything(), date: fc.string(), authors: fc.anything() },
      },
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      fc.array(entry).map((value) => JSON.stringify(value)),
      entry.map((value) => JSON.stringify(value)),
      fc.json(),
      fc.string(),
      fc.constant(`${'['.repeat(900)}${']'.repeat(900)}`),
      fc.constant(`"${'x'.repeat(3_000)}"`),
    );
    await fc.assert(
      fc.asyncProperty(text, async (body) => {
        next = body;
        for (const call of calls) {
          const code = await call().then(
            () => 'answered',
            (error: { code?: string }) => error.code,
          );
          expect(['answered', 'invalid-answer']).toContain(code);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [404, {}, 'not-found'],
    [401, { 'x-error-code': 'RepoNotFound' }, 'not-found'],
    [404, { 'x-error-code': 'RevisionNotFound' }, 'revision-not-found'],
    [403, { 'x-error-code': 'GatedRepo' }, 'unauthorized'],
    [401, {}, 'unauthorized'],
    [429, { 'retry-after': '77' }, 'rate-limited'],
    [500, {}, 'unavailable'],
    [418, {}, 'invalid-answer'],
  ] as const)('map status %i %j to %s', async (status, headers, code) => {
    const server = await start((_, response) => sendJson(response, {}, headers, status));
    const error = await connect(server.url)
      .info(REPO, 'main')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, retryAfterSeconds: status === 429 ? 77 : undefined });
    expect(server.requests.length).toBe(status === 500 ? 3 : 1);
  });

  it('are asked for again after what passes', async () => {
    const server = await start((request, response, index) => {
      if (index === 0) return request.socket.destroy();
      if (index === 1) return sendJson(response, {}, { 'retry-after': '0' }, 429);
      sendJson(response, { sha: COMMIT });
    });
    expect((await connect(server.url).info(REPO, 'main')).commit).toBe(COMMIT);
  });

  it('do not hang: a server that never answers, one that stops, one that is not there', async () => {
    const silent = await start(() => undefined);
    const once = { limits: { attempts: 1 } };
    await expect(connect(silent.url, once).info(REPO, 'main')).rejects.toMatchObject({ code: 'unavailable' });
    const stalling = await start((_, response) => void response.writeHead(200).write('{"sha"'));
    await expect(connect(stalling.url, once).info(REPO, 'main')).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(connect('http://127.0.0.1:1').info(REPO, 'main')).rejects.toMatchObject({
      code: 'unavailable',
    });
    const slow = connect(silent.url, { limits: { deadlineMs: 50 } });
    await expect(slow.info(REPO, 'main')).rejects.toMatchObject({ code: 'unavailable' });
    const abort = AbortSignal.abort(new Error('gone'));
    await expect(slow.info(REPO, 'main', abort)).rejects.toThrow('gone');
  });
});

describe('redirects', () => {
  const bytes = randomBytes(100_000);

  it('give the credential to the configured origin alone', async () => {
    const storage = await start((request, response) => sendRange(response, request.headers.range, bytes));
    const server = await start((_, response) => {
      response.writeHead(302, { location: `${storage.url}/signed?x=1` }).end('moved');
    });
    const upstream = connect(server.url, { token: 'secret' });
    const source = await upstream.open(REPO, COMMIT, describeFile(bytes));
    expect(Buffer.from(await source.read(10, 20))).toEqual(bytes.subarray(10, 30));
    expect(Buffer.from(await source.read(90_000, 10_000))).toEqual(bytes.subarray(90_000));
    expect(server.requests.map((one) => one.headers.authorization)).toEqual(['Bearer secret']);
    expect(server.requests[0]?.path).toBe(`/acme/model/resolve/${COMMIT}/dir/we%20ights.bin`);
    expect(storage.requests.map((one) => one.headers.authorization)).toEqual([undefined, undefined]);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1/',
    'http://[fe80::1]/',
    'http://metadata.example/',
    'http://0x0a000001/',
  ])('do not lead to %s', async (location) => {
    const server = await start((_, response) => response.writeHead(302, { location }).end());
    const resolve = async () => [{ address: '169.254.169.254', family: 4 }];
    const upstream = connect(server.url, { resolve });
    const file = describeFile(bytes);
    await expect(upstream.download(REPO, COMMIT, file, 0)).rejects.toMatchObject({
      code: 'forbidden-address',
    });
    const source = await upstream.open(REPO, COMMIT, file);
    await expect(source.read(0, 1)).rejects.toMatchObject({ cause: { code: 'forbidden-address' } });
  });

  it.each(['file:///etc/passwd', 'gopher://x/', 'http://user:pass@127.0.0.1/', ''])(
    'are refused to %j',
    async (location) => {
      const server = await start((_, response) => response.writeHead(302, { location }).end());
      const error = await connect(server.url)
        .download(REPO, COMMIT, describeFile(bytes), 0)
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: expect.stringMatching(/^(invalid-answer|forbidden-address)$/) });
    },
  );

  it('do not take the API elsewhere, and end', async () => {
    const other = await start((_, response) => sendJson(response, { sha: COMMIT }));
    const server = await start((request, response) => {
      const location = request.url?.includes('/tree/') ? (request.url ?? '') : `${other.url}/x`;
      response.writeHead(307, { location }).end();
    });
    await expect(connect(server.url).info(REPO, 'main')).rejects.toMatchObject({ code: 'forbidden-address' });
    await expect(connect(server.url).tree(REPO, COMMIT)).rejects.toMatchObject({ code: 'invalid-answer' });
    expect(other.requests).toEqual([]);
  });

  it('are asked for again when a signed address has expired', async () => {
    let serial = 0;
    const server = await start((request, response) => {
      if (request.url?.startsWith('/signed')) {
        if (request.url !== `/signed?${serial}`) return void response.writeHead(403).end('expired');
        return sendRange(response, request.headers.range, bytes);
      }
      response.writeHead(302, { location: `/signed?${serial}` }).end();
    });
    const source = await connect(server.url).open(REPO, COMMIT, describeFile(bytes));
    expect((await source.read(0, 10)).length).toBe(10);
    serial = 1;
    expect(Buffer.from(await source.read(99_990, 10))).toEqual(bytes.subarray(99_990));
  });
});

describe('bytes', () => {
  const bytes = randomBytes(300_000);

  it('go on where a transfer broke', async () => {
    const server = await start((request, response, index) => {
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(from === 0 ? 200 : 206, {
        'content-length': bytes.length - from,
        ...(from === 0 ? {} : { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
      });
      const breakAt = from + 70_000;
      if (index >= 4 || breakAt >= bytes.length) return void response.end(bytes.subarray(from));
      response.write(bytes.subarray(from, breakAt), () => {
        if (index % 2 === 0) response.destroy(); // else it stalls
      });
    });
    const download = await connect(server.url).download(REPO, COMMIT, describeFile(bytes), 0);
    expect(download.sizeBytes).toBe(bytes.length);
    expect((await collect(download.body)).equals(bytes)).toBe(true);
    expect(server.requests.length).toBeGreaterThan(2);
  });

  it('start at an offset, also where the upstream ignores ranges', async () => {
    const ranges = await start((request, response) => sendRange(response, request.headers.range, bytes));
    const whole = await start((_, response) => sendRange(response, undefined, bytes));
    for (const server of [ranges, whole]) {
      const upstream = connect(server.url);
      for (const offset of [1, 299_999, 300_000]) {
        const { body } = await upstream.download(REPO, COMMIT, describeFile(bytes), offset);
        expect((await collect(body)).equals(bytes.subarray(offset))).toBe(true);
      }
      const source = await upstream.open(REPO, COMMIT, describeFile(bytes));
      expect(Buffer.from(await source.read(5, 5))).toEqual(bytes.subarray(5, 10));
    }
  });

  it.each([
    ['another length', { 'content-length': 5 }, 200, 'changed'],
    ['a compressed body', { 'content-encoding': 'gzip' }, 200, 'invalid-answer'],
    ['another digest', { 'x-linked-etag': `"${'0'.repeat(64)}"` }, 200, 'changed'],
    ['a range of another file', { 'content-range': 'bytes 0-9/10', 'content-length': 10 }, 206, 'changed'],
    ['a range without saying which', {}, 206, 'invalid-answer'],
    ['nothing', {}, 404, 'file-not-found'],
  ] as const)('are refused with %s', async (_, headers, status, code) => {
    const server = await start((_request, response) => {
      response.writeHead(status, headers);
      response.end(Buffer.alloc(headers['content-length' as never] ?? 0));
    });
    const upstream = connect(server.url);
    await expect(upstream.download(REPO, COMMIT, describeFile(bytes), 0)).rejects.toMatchObject({ code });
    const source = await upstream.open(REPO, COMMIT, describeFile(bytes));
    await expect(source.read(0, 100)).rejects.toMatchObject(
      code === 'changed' ? { code } : { code: 'unreadable', cause: { code } },
    );
  });

  it('that change between two reads are noticed', async () => {
    let etag = '"one"';
    const server = await start((request, response) =>
      sendRange(response, request.headers.range, bytes, { etag }),
    );
    const source = await connect(server.url).open(REPO, COMMIT, describeFile(bytes, false));
    await source.read(0, 10);
    etag = '"two"';
    await expect(source.read(200_000, 10)).rejects.toMatchObject({ code: 'changed' });
  });

  it('that never stop are cut off, and those that end early are not taken for whole', async () => {
    const endless = await start((_, response) => {
      response.writeHead(200);
      const more = () => {
        while (response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const long = await connect(endless.url).download(REPO, COMMIT, describeFile(bytes), 0);
    await expect(collect(long.body)).rejects.toMatchObject({ code: 'changed' });
    const short = await start((_, response) => void response.writeHead(200).end(bytes.subarray(0, 10)));
    const early = await connect(short.url).download(REPO, COMMIT, describeFile(bytes), 0);
    await expect(collect(early.body)).rejects.toMatchObject({ code: 'unavailable' });
    expect(short.requests.length).toBeLessThan(10);
  });
});
