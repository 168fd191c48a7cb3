import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGitTrees, hashGitBlob, hashGitObject, renderGitCommit, renderLfsPointer } from '#ecosystems';
import { isGitOid, isSha256 } from '#kernel';
import type { FakeGate } from '../support/hub-gate.ts';
import { inline, type PushLine, pushCommit } from '../support/hub-push.ts';
import { type HubServer, startFakeGatedHub } from '../support/hub-server.ts';

const KiB = 1024;
const as = 'hf_writer';
let hub: HubServer & { readonly gate: FakeGate };

beforeAll(async () => {
  hub = await startFakeGatedHub({
    limits: {
      ...{ regularFileBytes: 64 * KiB, inlineLfsBytes: 8 * KiB, inlineBatchBytes: 12 * KiB },
      ...{ multipartBytes: 100 * KiB, partBytes: 1024 * KiB, objectBytes: 4 * 1024 * KiB, commitLines: 20 },
    },
  });
}, 60_000);
afterAll(async () => hub[Symbol.asyncDispose]());

const post = (path: string, body: unknown, more: Parameters<HubServer['ask']>[1] = {}) =>
  hub.ask(path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    as,
    ...more,
  });
const create = (name: string, more = {}) =>
  post('/api/repos/create', { organization: 'acme', name, ...more });
const commit = (name: string, lines: readonly unknown[], branch = 'main') =>
  post(`/api/models/acme/${name}/commit/${branch}`, lines.map((line) => JSON.stringify(line)).join('\n'));
const header = (value = {}) => ({ key: 'header', value: { summary: 'S', ...value } });
const tree = async (name: string) => {
  const response = await hub.ask(`/api/models/acme/${name}/tree/main?recursive=true`);
  const entries = (await response.json()) as {
    type: string;
    path: string;
    oid: string;
    lfs?: { oid: string };
  }[];
  return new Map(entries.filter((entry) => entry.type === 'file').map((entry) => [entry.path, entry]));
};
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

interface Planned {
  readonly transfer: string;
  readonly objects: readonly {
    readonly oid: string;
    readonly error?: { readonly code: number };
    readonly actions?: Record<
      'upload' | 'verify',
      { readonly href: string; readonly header?: Record<string, string> }
    >;
  }[];
}
const plan = async (name: string, files: readonly Uint8Array[], more = {}): Promise<Planned> => {
  const objects = files.map((bytes) => ({ oid: sha256(bytes), size: bytes.length }));
  const response = await post(`/acme/${name}.git/info/lfs/objects/batch`, {
    ...{ operation: 'upload', transfers: ['basic', 'multipart', 'xet'], hash_algo: 'sha_256', objects },
    ...more,
  });
  expect(response.headers.get('content-type')).toBe('application/vnd.git-lfs+json');
  return (await response.json()) as Planned;
};
const put = (href: string, body: Uint8Array<ArrayBuffer>) => fetch(href, { method: 'PUT', body });
const lfsFile = (path: string, bytes: Uint8Array): PushLine => ({
  key: 'lfsFile',
  value: { path, algo: 'sha256', oid: sha256(bytes), size: bytes.length },
});

describe('repositories', () => {
  it('are made once, with a first commit, and say where they are', async () => {
    const made = await create('new', { files: [{ path: 'hi.txt', content: 'aGk=', encoding: 'base64' }] });
    expect(await made.json()).toMatchObject({ url: `${hub.endpoint('models')}/acme/new`, name: 'acme/new' });
    expect([...(await tree('new')).keys()]).toEqual(['.gitattributes', 'hi.txt']);
    const again = await create('NEW');
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ url: `${hub.endpoint('models')}/acme/NEW` });
    const dataset = await create('new', { type: 'dataset' });
    expect(await dataset.json()).toMatchObject({ url: `${hub.endpoint('models')}/datasets/acme/new` });
    expect((await create('bad name')).status).toBe(400);
    expect((await create('x', { organization: undefined })).status).toBe(200); // the token's own namespace
    expect((await hub.ask('/api/models/writer/x')).status).toBe(200);
  });

  it('are moved, hidden and deleted', async () => {
    await create('old');
    await create('taken');
    const move = (toRepo: string) => post('/api/repos/move', { fromRepo: 'acme/old', toRepo, type: 'model' });
    expect((await move('acme/taken')).status).toBe(409);
    expect((await move('acme/../x')).status).toBe(400);
    expect((await move('acme/moved')).status).toBe(200);
    const settings = { method: 'PUT', body: '{"private":true}', as } as const;
    expect((await hub.ask('/api/models/acme/moved/settings', settings)).status).toBe(200);
    expect((await hub.ask('/api/models/acme/moved')).status).toBe(404);
    expect((await hub.ask('/api/models/acme/moved', { as: 'hf_reader' })).status).toBe(200);
    const body = JSON.stringify({ organization: 'acme', name: 'moved', type: 'model' });
    expect((await hub.ask('/api/repos/delete', { method: 'DELETE', body, as })).status).toBe(200);
    expect((await hub.ask('/api/models/acme/moved', { as })).status).toBe(404);
  });

  it('have branches and tags', async () => {
    const at = await pushCommit(hub, 'acme/branched', [inline('a.txt', '1')]);
    const branch = (name: string, body = {}) =>
      post(`/api/models/acme/branched/branch/${encodeURIComponent(name)}`, body);
    expect((await branch('dev/x')).status).toBe(201);
    expect((await branch('dev/x')).status).toBe(409);
    expect((await branch('y', { startingPoint: 'nope' })).status).toBe(404);
    expect((await branch('a..b')).status).toBe(404);
    expect((await post(`/api/models/acme/branched/tag/dev%2Fx`, { tag: 'v1' })).status).toBe(201);
    const next = await pushCommit(hub, 'acme/branched', [inline('a.txt', '2')], { branch: 'dev/x' });
    for (const [ref, expected] of [
      ['main', at],
      ['v1', at],
      ['dev%2Fx', next],
    ] as const) {
      const response = await hub.ask(`/acme/branched/resolve/${ref}/a.txt`, { method: 'HEAD' });
      expect(response.headers.get('x-repo-commit')).toBe(expected);
    }
    const remove = (what: string) => hub.ask(`/api/models/acme/branched/${what}`, { method: 'DELETE', as });
    expect((await remove('branch/main')).status).toBe(403);
    expect((await remove('tag/dev%2Fx')).status).toBe(404);
    expect((await remove('tag/v1')).status).toBe(200);
    expect((await remove('branch/dev%2Fx')).status).toBe(200);
  });
});

describe('a commit', () => {
  it('has the id that Git gives it, and is handed on to be judged', async () => {
    const id = await pushCommit(hub, 'acme/git', [inline('a/b.txt', 'x'), inline('w.bin', 'weights')]);
    const found = await hub.store.repositories.find('models');
    const owner = await hub.store.packages.find(found?.id ?? '', 'model', 'acme/git');
    const version = await hub.store.versions.find(owner?.id ?? '', id);
    if (version === undefined) throw new Error('no version');
    const files = await hub.store.versions.files(version.id);
    const pointer = renderLfsPointer({ sha256: digestOf('weights'), sizeBytes: 7 });
    expect(files.find((file) => file.path === 'w.bin')).toMatchObject({
      ...{
        isLfs: true,
        sha256: digestOf('weights'),
        sizeBytes: 7,
        gitOid: hashGitBlob(Buffer.from(pointer)),
      },
    });
    const root = buildGitTrees(files).get('');
    if (root === undefined) throw new Error('no root');
    const object = renderGitCommit({ ...version, parents: version.parents.filter(isGitOid), tree: root.oid });
    expect(hashGitObject('commit', object)).toBe(id);
    const judged: unknown[] = [];
    await hub.store.queue.work('judge-version', async (payload) => void judged.push(payload), 4);
    await expect.poll(() => judged, { timeout: 10_000 }).toContainEqual({ versionId: version.id });
  });

  it('adds, replaces, copies and deletes in the order of its lines', async () => {
    const weights = Buffer.from('copied');
    await pushCommit(hub, 'acme/lines', [inline('x.bin', weights), inline('d/1', '1'), inline('d/e/2', '2')]);
    const { parentCommit, ...copy } = {
      parentCommit: 0,
      key: 'lfsFile',
      value: { path: 'y.bin', algo: 'sha256', oid: sha256(weights) },
    };
    const answer = await commit('lines', [
      ...[header({ description: 'D' }), copy, inline('new', '1'), inline('new', '2')],
      ...[
        { key: 'deletedFolder', value: { path: 'd/' } },
        { key: 'deletedFile', value: { path: 'x.bin' } },
        inline('d/3', '3'),
      ],
    ]);
    expect(await answer.json()).toMatchObject({
      success: true,
      commitUrl: expect.stringContaining('/acme/lines/commit/'),
    });
    expect(parentCommit).toBe(0);
    expect([...(await tree('lines')).keys()]).toEqual(['.gitattributes', 'd/3', 'new', 'y.bin']);
    expect(await (await hub.ask('/acme/lines/resolve/main/new')).text()).toBe('2');
    expect(await (await hub.ask('/acme/lines/resolve/main/y.bin')).text()).toBe('copied');
  });

  it('that changes nothing is the one before', async () => {
    const id = await pushCommit(hub, 'acme/same', [inline('a', '1')]);
    expect(await pushCommit(hub, 'acme/same', [inline('a', '1')])).toBe(id);
  });

  it('goes on top of the commits of others, or not at all when it names its parent', async () => {
    const first = await pushCommit(hub, 'acme/race', [inline('a', '1')]);
    const many = await Promise.all(
      Array.from({ length: 5 }, (_, index) => commit('race', [header(), inline(`f${index}`, String(index))])),
    );
    expect(many.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    expect([...(await tree('race')).keys()]).toEqual(['.gitattributes', 'a', 'f0', 'f1', 'f2', 'f3', 'f4']);
    const stale = await commit('race', [header({ parentCommit: first }), inline('b', '1')]);
    expect([stale.status, stale.headers.get('x-error-message')]).toEqual([
      412,
      expect.stringContaining('moved'),
    ]);
    const head = (await hub.ask('/acme/race/resolve/main/a', { method: 'HEAD' })).headers.get(
      'x-repo-commit',
    );
    expect((await commit('race', [header({ parentCommit: head }), inline('b', '1')])).status).toBe(200);
  });

  it.each([
    ['nothing', []],
    ['no header', [inline('a', '1')]],
    ['two headers', [header(), header()]],
    ['an unknown line', [header(), { key: 'symlink', value: {} }]],
    ['a path outside', [header(), inline('../../etc/passwd', 'x')]],
    ['a path of Git', [header(), inline('.git/hooks/post-checkout', 'x')]],
    ['a path with a newline', [header(), inline('a\r\nSet-Cookie: x', 'x')]],
    ['a file that is a folder', [header(), inline('deep', 'x'), inline('deep/er', 'x')]],
    [
      'content that is not base64',
      [header(), { key: 'file', value: { path: 'a', content: '!!!!', encoding: 'base64' } }],
    ],
    [
      'content that is cut',
      [header(), { key: 'file', value: { path: 'a', content: 'abc', encoding: 'base64' } }],
    ],
    ['an object that was never sent', [header(), lfsFile('a.bin', Buffer.from('never'))]],
    ['another hash', [header(), { key: 'lfsFile', value: { path: 'a', algo: 'md5', oid: 'a'.repeat(64) } }]],
    ['an absent file to delete', [header(), { key: 'deletedFile', value: { path: 'nope' } }]],
    ['too large a file', [header(), inline('big', Buffer.alloc(65 * KiB))]],
    ['a line without end', [header(), inline('big', Buffer.alloc(300 * KiB))]],
    ['too many lines', [header(), ...Array.from({ length: 21 }, (_, index) => inline(`f${index}`, ''))]],
  ])('of %s is refused and changes nothing', async (_, lines) => {
    await create('bad');
    const answer = await commit('bad', lines);
    expect([400, 404, 413]).toContain(answer.status);
    expect(answer.headers.get('x-error-message')).toMatch(/^[\x20-\x7e]+$/);
    expect([...(await tree('bad')).keys()]).toEqual(['.gitattributes']);
  });

  it('goes to a branch that is there, and not into a pull request', async () => {
    await create('branches');
    expect((await commit('branches', [header(), inline('a', '1')], 'nope')).status).toBe(404);
    const request = await commit('branches', [header()], 'main?create_pr=1');
    expect([request.status, request.headers.get('x-error-message')]).toEqual([
      400,
      expect.stringContaining('Pull requests'),
    ]);
  });
});

describe('an upload', () => {
  const preupload = async (name: string, files: readonly object[], more = {}, userAgent = 'js') => {
    const headers = { 'user-agent': userAgent };
    const response = await post(`/api/models/acme/${name}/preupload/main`, { files, ...more }, { headers });
    return ((await response.json()) as { files: Record<string, unknown>[] }).files;
  };
  const file = (path: string, size: number) => ({ path, size, sample: '' });

  it('is told how to send each file', async () => {
    await pushCommit(hub, 'acme/pre', [
      inline('a.json', '{}'),
      inline('w.bin', 'weights'),
      inline('.gitignore', 'logs/\n'),
    ]);
    const files = await preupload('pre', [
      ...[
        file('a.json', 2),
        file('w.bin', 7),
        file('big.json', 65 * KiB),
        file('empty.bin', 0),
        file('logs/x', 1),
      ],
    ]);
    expect(files).toEqual([
      { path: 'a.json', uploadMode: 'regular', shouldIgnore: false, oid: hashGitBlob(Buffer.from('{}')) },
      { path: 'w.bin', uploadMode: 'lfs', shouldIgnore: false, oid: digestOf('weights') },
      { path: 'big.json', uploadMode: 'lfs', shouldIgnore: false },
      { path: 'empty.bin', uploadMode: 'regular', shouldIgnore: false },
      { path: 'logs/x', uploadMode: 'regular', shouldIgnore: true },
    ]);
    const own = await preupload('pre', [file('a.json', 2)], {
      gitAttributes: '*.json filter=lfs',
      gitIgnore: 'a*',
    });
    expect(own).toEqual([{ path: 'a.json', uploadMode: 'lfs', shouldIgnore: true }]);
  });

  it('by the Python client sends small LFS files inside the commit, as it would go to Xet otherwise', async () => {
    await create('python');
    const files = [
      file('1.bin', 8 * KiB),
      file('2.bin', 8 * KiB),
      file('3.bin', 4 * KiB),
      file('4.bin', 9 * KiB),
    ];
    const modes = async (userAgent: string) =>
      (await preupload('python', files, {}, userAgent)).map((one) => one.uploadMode);
    expect(await modes('unknown/None; hf_hub/2.0.0; python/3.11.7')).toEqual([
      'regular',
      'lfs',
      'regular',
      'lfs',
    ]);
    expect(await modes('js')).toEqual(['lfs', 'lfs', 'lfs', 'lfs']);
    await commit('python', [header(), inline('1.bin', Buffer.alloc(8 * KiB, 1))]);
    expect((await tree('python')).get('1.bin')?.lfs?.oid).toBe(sha256(Buffer.alloc(8 * KiB, 1)));
  });

  it('of an LFS file goes to an address of its own and is verified', async () => {
    await create('lfs');
    const bytes = randomBytes(50 * KiB);
    const actions = (await plan('lfs', [bytes])).objects[0]?.actions;
    const href = actions?.upload.href ?? '';
    expect((await put(href, randomBytes(50 * KiB))).status).toBe(400);
    expect((await put(href, randomBytes(49 * KiB))).status).toBe(400);
    expect((await commit('lfs', [header(), lfsFile('w.bin', bytes)])).status).toBe(400);
    expect((await put(href, bytes)).status).toBe(200);
    const verify = (verifier: string) =>
      fetch(actions?.verify.href ?? '', {
        method: 'POST',
        headers: { authorization: `Bearer ${verifier}` },
        body: '{}',
      });
    expect((await verify('hf_reader')).status).toBe(403);
    expect((await verify('hf_writer')).status).toBe(200);
    expect((await commit('lfs', [header(), lfsFile('w.bin', bytes)])).status).toBe(200);
    expect((await plan('lfs', [bytes])).objects[0]?.actions).toBeUndefined();
    const read = await hub.ask('/acme/lfs/resolve/main/w.bin');
    expect(Buffer.from(await read.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('of a large one goes in parts, in any order, and can be finished twice', async () => {
    await create('parts');
    const bytes = randomBytes(2_500 * KiB);
    const planned = await plan('parts', [bytes]);
    expect(planned.transfer).toBe('multipart');
    const { href, header: parts = {} } = planned.objects[0]?.actions?.upload ?? { href: '' };
    const size = Number(parts.chunk_size);
    const numbers = Object.keys(parts).filter((key) => /^\d+$/.test(key));
    expect([size, numbers]).toEqual([1024 * KiB, ['00001', '00002', '00003']]);
    const etags = new Map<number, string>();
    for (const number of numbers.toReversed()) {
      const start = (Number(number) - 1) * size;
      const response = await put(parts[number] ?? '', bytes.subarray(start, start + size));
      etags.set(Number(number), response.headers.get('etag') ?? '');
    }
    const complete = (chosen: readonly number[]) =>
      fetch(href, {
        method: 'POST',
        body: JSON.stringify({
          oid: sha256(bytes),
          parts: chosen.map((partNumber) => ({ partNumber, etag: etags.get(partNumber) })),
        }),
      });
    expect((await complete([1, 2])).status).toBe(400);
    expect((await complete([1, 2, 3])).status).toBe(200);
    expect((await complete([1, 2, 3])).status).toBe(200);
    // A path that no attribute names: the commit says that Git LFS has it.
    expect((await commit('parts', [header(), lfsFile('odd name.xyz', bytes)])).status).toBe(200);
    expect(await (await hub.ask('/acme/parts/raw/main/.gitattributes')).text()).toContain(
      '/odd?name.xyz filter=lfs',
    );
    const read = await hub.ask('/acme/parts/resolve/main/odd%20name.xyz');
    expect(sha256(Buffer.from(await read.arrayBuffer()))).toBe(sha256(bytes));
  });

  it('in one piece is offered to who knows no parts; too large a file to nobody', async () => {
    await create('basic');
    const bytes = Buffer.alloc(2_000 * KiB);
    const planned = await plan('basic', [bytes], { transfers: ['basic'] });
    expect([planned.transfer, planned.objects[0]?.actions?.upload.header]).toEqual(['basic', undefined]);
    const huge = { oid: 'a'.repeat(64), size: 5 * 1024 * KiB };
    expect((await plan('basic', [], { objects: [huge] })).objects[0]?.error?.code).toBe(422);
  });

  it('does not take bytes that another repository was given', async () => {
    const bytes = Buffer.from('secret of another repository');
    await pushCommit(hub, 'acme/theirs', [inline('w.bin', bytes)], { in: 'other' });
    await create('thief');
    expect((await commit('thief', [header(), lfsFile('w.bin', bytes)])).status).toBe(400);
    expect((await plan('thief', [bytes])).objects[0]?.actions).toBeDefined();
  });

  it('learns of a wrong README before anything is sent', async () => {
    const answer = await post('/api/validate-yaml', { content: '---\na: [\n---\n', repoType: 'model' });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ errors: [{ message: expect.any(String) }] }),
    ]);
    expect((await post('/api/validate-yaml', { content: '# fine' })).status).toBe(200);
  });
});

function digestOf(text: string) {
  const hex = sha256(Buffer.from(text));
  if (!isSha256(hex)) throw new Error(hex);
  return hex;
}
