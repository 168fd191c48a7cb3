import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FakeGate, Word } from '../support/hub-gate.ts';
import { inline, pushCommit } from '../support/hub-push.ts';
import { type HubServer, startFakeGatedHub } from '../support/hub-server.ts';

const WEIGHTS = Buffer.from('payload of no harm');
const SHA256 = createHash('sha256').update(WEIGHTS).digest('hex');
const NAME = 'acme/evil';

let hub: HubServer & { readonly gate: FakeGate };
let commit = '';

beforeAll(async () => {
  hub = await startFakeGatedHub();
  commit = await pushCommit(hub, NAME, [inline('weights.bin', WEIGHTS), inline('config.json', '{}')]);
}, 60_000);
afterAll(async () => hub[Symbol.asyncDispose]());
afterEach(() => hub.gate.words.clear());

const judge = (word: Word) => hub.gate.words.set(NAME, word);

const batch = (operation = 'download') =>
  hub.ask(`/${NAME}.git/info/lfs/objects/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.git-lfs+json' },
    body: JSON.stringify({
      operation,
      transfers: ['basic'],
      objects: [{ oid: SHA256, size: WEIGHTS.length }],
    }),
  });

interface Planned {
  readonly objects: readonly {
    readonly actions?: { readonly download: { readonly href: string } };
    readonly error?: { readonly code: number; readonly message: string };
  }[];
}

/** Every way to bytes, or to a name under which they could be had elsewhere. */
const doors: readonly (readonly [string, (method: 'GET' | 'HEAD') => Promise<Response>])[] = [
  ['resolve of a branch', (method) => hub.ask(`/${NAME}/resolve/main/weights.bin`, { method })],
  ['resolve of a commit', (method) => hub.ask(`/${NAME}/resolve/${commit}/weights.bin`, { method })],
  ['resolve of a small file', (method) => hub.ask(`/${NAME}/resolve/main/config.json`, { method })],
  [
    'a range',
    (method) => hub.ask(`/${NAME}/resolve/main/weights.bin`, { method, headers: { range: 'bytes=0-0' } }),
  ],
  [
    'a condition',
    (method) => hub.ask(`/${NAME}/resolve/main/weights.bin`, { method, headers: { 'if-none-match': '*' } }),
  ],
  ['raw of a pointer', (method) => hub.ask(`/${NAME}/raw/main/weights.bin`, { method })],
  ['raw of a small file', (method) => hub.ask(`/${NAME}/raw/main/config.json`, { method })],
  [
    'resolve-cache',
    (method) => hub.ask(`/api/resolve-cache/models/${NAME}/${commit}/weights.bin`, { method }),
  ],
];
const listings: readonly (readonly [string, () => Promise<Response>])[] = [
  ['tree', () => hub.ask(`/api/models/${NAME}/tree/main`)],
  ['tree of a commit', () => hub.ask(`/api/models/${NAME}/tree/${commit}?recursive=true&expand=true`)],
  [
    'paths-info',
    () =>
      hub.ask(`/api/models/${NAME}/paths-info/main`, { method: 'POST', body: '{"paths":["weights.bin"]}' }),
  ],
  ['info with blobs', () => hub.ask(`/api/models/${NAME}?blobs=true`)],
];

describe.each(['block', 'hold'] as const)('a version under %s', (word) => {
  it.each(doors)('is refused at %s, with the reason in headers and body', async (_, ask) => {
    judge(word);
    for (const method of ['GET', 'HEAD'] as const) {
      const response = await ask(method);
      expect(response.status).toBe(403);
      expect(response.headers.get('x-error-code')).toBe('GatedRepo');
      // The JavaScript client fails on a HEAD that promises JSON.
      expect(response.headers.get('content-type')).toContain(
        method === 'GET' ? 'application/json' : 'text/plain',
      );
      const line = response.headers.get('x-error-message') ?? '';
      expect(line).toMatch(/^[\x20-\x7e]{20,300}$/);
      expect(line).toContain('test/rule');
      expect(response.headers.get('x-hf-warning')).toBe(`policy-acme-evil; ${line}`);
      expect([...response.headers.keys()].filter((name) => /etag|linked|location|range/.test(name))).toEqual(
        [],
      );
      if (method === 'GET') {
        expect(await response.json()).toMatchObject({
          error: line,
          policy: 'test/rule',
          effect: word,
          decision: 'd1',
        });
      }
    }
  });

  it.each(listings)('is refused at %s', async (_, ask) => {
    judge(word);
    const response = await ask();
    expect([response.status, response.headers.get('x-error-code')]).toEqual([403, 'GatedRepo']);
    expect(await response.text()).not.toContain(SHA256);
  });

  it('is refused in a batch, and at an address that was handed out before', async () => {
    const before = (await (await batch()).json()) as Planned;
    const href = before.objects[0]?.actions?.download.href ?? '';
    expect(await (await fetch(href)).text()).toBe(WEIGHTS.toString());
    judge(word);
    expect((await fetch(href)).status).toBe(403);
    expect((await fetch(href, { method: 'HEAD' })).status).toBe(403);
    const after = (await (await batch()).json()) as Planned;
    expect(after.objects[0]?.actions).toBeUndefined();
    expect(after.objects[0]?.error).toMatchObject({
      code: 403,
      message: expect.stringContaining('test/rule'),
    });
  });

  it('still says that it exists, and why it is not given', async () => {
    judge(word);
    const response = await hub.ask(`/api/models/${NAME}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-hf-warning')).toContain('test/rule');
    expect(await response.text()).not.toContain(SHA256);
  });
});

describe('a version that is being judged', () => {
  it.each(doors)('makes clients wait at %s', async (_, ask) => {
    judge('pending');
    for (const [method, status] of [
      ['HEAD', 503],
      ['GET', 429],
    ] as const) {
      const response = await ask(method);
      expect([response.status, response.headers.get('retry-after')]).toEqual([status, '3']);
      expect(response.headers.get('x-error-code')).toBe('GatedRepo');
      expect(response.headers.get('x-error-message')).toContain('being inspected');
      expect(response.headers.get('etag')).toBeNull();
    }
  });

  it.each(listings)('is listed, and asked about, at %s', async (_, ask) => {
    judge('pending');
    hub.gate.asked.length = 0;
    expect((await ask()).status).toBe(200);
    expect(hub.gate.asked).toEqual([NAME]);
  });

  it('is not handed out in a batch', async () => {
    judge('pending');
    expect(((await (await batch()).json()) as Planned).objects[0]).toMatchObject({ error: { code: 503 } });
  });
});

it('a version with a warning is served with it', async () => {
  judge('warn');
  const response = await hub.ask(`/${NAME}/resolve/main/weights.bin`);
  expect(response.status).toBe(200);
  expect(response.headers.get('x-hf-warning')).toMatch(/^policy-acme-evil; warn by policy test\/rule/);
  expect(await response.text()).toBe(WEIGHTS.toString());
});

it('an absent file of a refused version is absent: clients probe for many', async () => {
  judge('block');
  expect((await hub.ask(`/${NAME}/resolve/main/adapter_config.json`, { method: 'HEAD' })).status).toBe(404);
});

it('an object is given only through a package that has it', async () => {
  await pushCommit(hub, 'acme/other', [inline('config.json', '{}')]);
  const response = await hub.ask('/acme/other.git/info/lfs/objects/batch', {
    method: 'POST',
    body: JSON.stringify({ operation: 'download', objects: [{ oid: SHA256, size: WEIGHTS.length }] }),
  });
  expect(((await response.json()) as Planned).objects[0]).toMatchObject({ error: { code: 404 } });
});
