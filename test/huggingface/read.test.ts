import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashGitBlob } from '#ecosystems';
import type { FakeGate } from '../support/hub-gate.ts';
import { inline, pushCommit } from '../support/hub-push.ts';
import { type HubServer, startFakeGatedHub } from '../support/hub-server.ts';

const WEIGHTS = Buffer.from('0123456789'.repeat(10));
const SHA256 = createHash('sha256').update(WEIGHTS).digest('hex');
const CONFIG = Buffer.from('{"model_type":"bert"}');

let hub: HubServer & { readonly gate: FakeGate };
let commit = '';

beforeAll(async () => {
  hub = await startFakeGatedHub({ limits: { pageItems: 3, expandedPageItems: 2 } });
  commit = await pushCommit(hub, 'acme/bert', [
    inline('config.json', CONFIG),
    inline('weights.bin', WEIGHTS),
    inline('deep/er/empty.txt', ''),
    inline('README.md', '---\ntags: [x]\n---\n# Bert'),
  ]);
}, 60_000);
afterAll(async () => hub[Symbol.asyncDispose]());

async function getJson(path: string, init: Parameters<HubServer['ask']>[1] = {}) {
  const response = await hub.ask(path, init);
  expect(response.status, await response.clone().text()).toBe(200);
  return { response, json: (await response.json()) as never };
}

describe('a repository', () => {
  it('says what it is and what it has', async () => {
    const { json } = await getJson('/api/models/acme/bert');
    expect(json).toMatchObject({
      id: 'acme/bert',
      modelId: 'acme/bert',
      author: 'acme',
      sha: commit,
      private: false,
      tags: ['x'],
      cardData: { tags: ['x'] },
      siblings: expect.arrayContaining([{ rfilename: 'config.json' }]),
    });
    expect((await getJson('/api/models/ACME/Bert/revision/HEAD')).json).toMatchObject({
      id: 'acme/bert',
      sha: commit,
    });
  });

  it('gives only what was asked for, tolerates what it does not know, and names digests when asked', async () => {
    const { json } = await getJson(
      '/api/models/acme/bert?expand=sha&expand[]=tags&expand=newThing&unknown=1',
    );
    expect(Object.keys(json).sort()).toEqual(['_id', 'id', 'sha', 'tags']);
    const blobs = (await getJson(`/api/models/acme/bert/revision/${commit}?blobs=true&securityStatus=true`))
      .json;
    expect(blobs).toMatchObject({
      siblings: expect.arrayContaining([
        { rfilename: 'config.json', size: CONFIG.length, blobId: hashGitBlob(CONFIG) },
        expect.objectContaining({
          rfilename: 'weights.bin',
          lfs: { sha256: SHA256, size: 100, pointerSize: 128 },
        }),
      ]),
      securityRepoStatus: { scansDone: expect.any(Boolean), filesWithIssues: [] },
    });
  });

  it('is listed, found by name and author', async () => {
    expect((await getJson('/api/models')).json).toMatchObject([{ id: 'acme/bert' }]);
    expect((await getJson('/api/models?search=BER&author=acme&limit=5&sort=downloads')).json).toHaveLength(1);
    expect((await getJson('/api/models?search=%00zz')).json).toEqual([]);
    expect((await getJson('/api/datasets')).json).toEqual([]);
  });

  it('has refs and commits', async () => {
    expect((await getJson('/api/models/acme/bert/refs?include_prs=1')).json).toEqual({
      branches: [{ name: 'main', ref: 'refs/heads/main', targetCommit: commit }],
      converts: [],
      tags: [],
      pullRequests: [],
    });
    const { json, response } = await getJson('/api/models/acme/bert/commits/main?limit=1&expand[]=formatted');
    expect(json).toMatchObject([{ id: commit, title: 'A commit', authors: [{ user: 'writer' }] }]);
    expect(response.headers.get('x-total-count')).toBe('2');
    const next = /^<(.*)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1] ?? '';
    expect(next.startsWith(`${hub.endpoint('models')}/api/models/acme/bert/commits/${commit}?`)).toBe(true);
    const older = await getJson(next.slice(hub.endpoint('models').length));
    expect(older.json).toMatchObject([{ title: 'initial commit' }]);
  });
});

describe('a tree', () => {
  it('is paged, at the public address and of one commit', async () => {
    const paths: string[] = [];
    let next = '/api/models/acme/bert/tree/main?recursive=true';
    while (next !== '') {
      const { json, response } = await getJson(next);
      expect((json as unknown[]).length).toBeLessThanOrEqual(3);
      paths.push(...(json as { path: string }[]).map((entry) => entry.path));
      const link = /^<(.*)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
      expect(link ?? commit).toContain(commit);
      next = link?.slice(hub.endpoint('models').length) ?? '';
    }
    expect(paths).toEqual([
      ...[
        '.gitattributes',
        'README.md',
        'config.json',
        'deep',
        'deep/er',
        'deep/er/empty.txt',
        'weights.bin',
      ],
    ]);
  });

  it('shows one folder, with real Git ids', async () => {
    const entries = (await getJson('/api/models/acme/bert/tree/main?recursive=false&limit=2')).json;
    expect(entries).toMatchObject([{ path: '.gitattributes' }, { path: 'README.md' }]);
    expect((await getJson('/api/models/acme/bert/tree/main/deep%2Fer')).json).toEqual([
      { type: 'file', path: 'deep/er/empty.txt', size: 0, oid: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391' },
    ]);
    const absent = await hub.ask('/api/models/acme/bert/tree/main/nope');
    expect([absent.status, absent.headers.get('x-error-code')]).toEqual([404, 'EntryNotFound']);
  });

  it('gives paths to a form and to JSON, with what changed them last', async () => {
    const form = await getJson('/api/models/acme/bert/paths-info/main', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'paths=weights.bin&paths=nope&paths=deep&expand=False',
    });
    expect(form.json).toEqual([
      {
        ...{ type: 'file', path: 'weights.bin', size: 100, oid: expect.stringMatching(/^[0-9a-f]{40}$/) },
        lfs: { oid: SHA256, size: 100, pointerSize: 128 },
      },
      expect.objectContaining({ type: 'directory', path: 'deep' }),
    ]);
    const body = JSON.stringify({ paths: ['.gitattributes', 'config.json'], expand: true });
    expect(
      (await getJson('/api/models/acme/bert/paths-info/main', { method: 'POST', body })).json,
    ).toMatchObject([
      { path: '.gitattributes', lastCommit: { title: 'initial commit' } },
      {
        path: 'config.json',
        lastCommit: { id: commit, title: 'A commit' },
        securityFileStatus: { status: expect.any(String), avScan: null, pickleImportScan: null },
      },
    ]);
  });
});

describe('a file', () => {
  const large = '/acme/bert/resolve/main/weights.bin';

  it('has the headers that clients need, the same on HEAD and GET, and no way around', async () => {
    for (const method of ['HEAD', 'GET']) {
      const response = await fetch(`${hub.endpoint('models')}${large}`, { method });
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        etag: `"${SHA256}"`,
        'x-linked-etag': `"${SHA256}"`,
        'x-linked-size': '100',
        'x-repo-commit': commit,
        'content-length': '100',
        'accept-ranges': 'bytes',
        'cache-control': 'private, no-cache',
      });
      expect(
        [...response.headers.keys()].filter((name) => /xet|encoding|location|^link$/.test(name)),
      ).toEqual([]);
      expect(await response.text()).toBe(method === 'HEAD' ? '' : WEIGHTS.toString());
    }
    const small = await hub.ask('/acme/bert/resolve/main/config.json');
    expect(small.headers.get('etag')).toBe(`"${hashGitBlob(CONFIG)}"`);
    expect(small.headers.get('x-linked-etag')).toBeNull();
    expect(await small.text()).toBe(CONFIG.toString());
  });

  it.each([
    ['bytes=0-0', 206, 'bytes 0-0/100', '0'],
    ['bytes=95-', 206, 'bytes 95-99/100', '56789'],
    ['bytes=-2', 206, 'bytes 98-99/100', '89'],
    ['bytes=90-1000', 206, 'bytes 90-99/100', '0123456789'],
    ['bytes=100-', 416, 'bytes */100', ''],
    ['bytes=0-1,5-6', 200, null, WEIGHTS.toString()],
  ])('comes by range: %s', async (range, status, contentRange, text) => {
    for (const ask of [
      hub.ask(large, { headers: { range } }),
      fetch(`${hub.endpoint('models')}${large}`, { headers: { range } }),
    ]) {
      const response = await ask;
      expect([response.status, response.headers.get('content-range')]).toEqual([status, contentRange]);
      expect(await response.text()).toBe(text);
    }
  });

  it('is not sent again to one who has it, and whole to one whose part is of another', async () => {
    const headers = (more: Record<string, string>) => ({ headers: more });
    expect((await hub.ask(large, headers({ 'if-none-match': `W/"x", "${SHA256}"` }))).status).toBe(304);
    expect((await hub.ask(large, headers({ 'if-none-match': '"x"' }))).status).toBe(200);
    const part = { range: 'bytes=1-2' };
    expect((await hub.ask(large, headers({ ...part, 'if-range': `"${SHA256}"` }))).status).toBe(206);
    expect((await hub.ask(large, headers({ ...part, 'if-range': '"x"' }))).status).toBe(200);
    const empty = await hub.ask('/acme/bert/resolve/main/deep/er/empty.txt', headers({ range: 'bytes=0-0' }));
    expect([empty.status, empty.headers.get('content-range')]).toEqual([200, 'bytes */0']);
  });

  it('is the pointer under raw, and the file under its cache alias', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${SHA256}\nsize 100\n`;
    expect(await (await hub.ask('/acme/bert/raw/main/weights.bin')).text()).toBe(pointer);
    expect(await (await hub.ask('/acme/bert/raw/main/config.json')).text()).toBe(CONFIG.toString());
    const alias = await hub.ask(`/api/resolve-cache/models/acme/bert/${commit}/weights.bin?%2Fx=`);
    expect(await alias.text()).toBe(WEIGHTS.toString());
  });

  it.each([
    ['/acme/bert/resolve/main/nope', 'EntryNotFound'],
    ['/acme/bert/resolve/nope/config.json', 'RevisionNotFound'],
    ['/acme/nope/resolve/main/config.json', 'RepoNotFound'],
    ['/acme/bert/resolve/main/..%2f..%2fetc%2fpasswd', 'EntryNotFound'],
    ['/acme/b..t/resolve/main/x', 'RepoNotFound'],
  ])('is absent in the words of the Hub: %s', async (path, code) => {
    for (const method of ['HEAD', 'GET']) {
      const response = await fetch(`${hub.endpoint('models')}${path}`, { method });
      expect([response.status, response.headers.get('x-error-code')]).toEqual([404, code]);
      expect(response.headers.get('x-error-message')).not.toBeNull();
      expect(response.headers.get('x-repo-commit')).toBe(path.endsWith('main/nope') ? commit : null);
    }
  });
});

describe('calls along the way', () => {
  it('are answered cheaply', async () => {
    expect((await hub.ask('/api/telemetry/x/y', { method: 'HEAD' })).status).toBe(200);
    expect((await getJson('/api/agent-harnesses')).json).toEqual({ standardEnvVars: [], harnesses: {} });
    expect((await getJson('/api/whoami-v2', { as: 'hf_reader' })).json).toMatchObject({
      name: 'reader',
      orgs: [],
      auth: { accessToken: { displayName: 'reader', role: 'read' } },
    });
    expect((await hub.ask('/')).status).toBe(200);
  });

  it('that are not offered say so', async () => {
    for (const path of [
      '/api/models/acme/bert/discussions',
      '/api/daily_papers',
      '/acme/bert/tree/main',
      '/api/models/acme/bert/treesize/main',
    ]) {
      const response = await hub.ask(path);
      expect([path, response.status]).toEqual([path, 501]);
      expect(((await response.json()) as { error: string }).error).toContain('Not offered');
    }
    expect((await hub.ask('/acme/bert.git/info/refs')).headers.get('content-type')).toContain('text/plain');
    expect((await hub.ask('/api/models/acme/bert', { method: 'PATCH' })).status).toBe(405);
  });

  it('for Xet are refused in a way that its client prints', async () => {
    for (const call of ['xet-write-token/main?create_pr=1', 'xet-read-token/main']) {
      const response = await fetch(`${hub.endpoint('models')}/api/models/acme/bert/${call}`);
      expect(response.status).toBe(403);
      expect(response.statusText).toContain('HF_HUB_DISABLE_XET=1');
      expect(response.url).toContain('HF_HUB_DISABLE_XET=1');
      expect(((await response.json()) as { error: string }).error).toContain('HF_HUB_DISABLE_XET=1');
    }
  });
});
