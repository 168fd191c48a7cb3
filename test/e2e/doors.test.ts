import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CHECKPOINTS,
  pushSamples,
  readSample,
  startTwoServers,
  type TwoServers,
} from '../support/two-servers.ts';

let servers: TwoServers;
let commit: string;
let sha256: string;

beforeAll(async () => {
  servers = await startTwoServers();
  await pushSamples(servers);
  const info = await fetch(`${servers.hubEndpoint}/api/models/acme/evil`);
  commit = ((await info.json()) as { readonly sha: string }).sha;
  sha256 = createHash('sha256')
    .update(await readSample(CHECKPOINTS.malicious))
    .digest('hex');
  // The first question decides; every door is tried after that.
  await fetch(`${servers.gateEndpoint}/acme/evil/resolve/main/pytorch_model.bin`, { method: 'HEAD' });
});

afterAll(() => servers?.[Symbol.asyncDispose]());

const FILE = 'pytorch_model.bin';

/** Every way to the bytes of a version, or to what names them. */
const DOORS: readonly [string, () => [string, RequestInit?]][] = [
  ['HEAD resolve', () => [`/acme/evil/resolve/main/${FILE}`, { method: 'HEAD' }]],
  ['GET resolve', () => [`/acme/evil/resolve/main/${FILE}`]],
  ['GET resolve of a commit', () => [`/acme/evil/resolve/${commit}/${FILE}`]],
  ['GET resolve of a range', () => [`/acme/evil/resolve/main/${FILE}`, { headers: { range: 'bytes=0-0' } }]],
  ['GET resolve with another case', () => [`/ACME/Evil/resolve/main/${FILE}`]],
  ['GET resolve of an innocent file', () => ['/acme/evil/resolve/main/config.json']],
  ['HEAD raw', () => [`/acme/evil/raw/main/${FILE}`, { method: 'HEAD' }]],
  ['GET raw', () => [`/acme/evil/raw/main/${FILE}`]],
  ['GET resolve-cache', () => [`/api/resolve-cache/models/acme/evil/${commit}/${FILE}`]],
  ['tree', () => ['/api/models/acme/evil/tree/main?recursive=true']],
  ['tree of a commit', () => [`/api/models/acme/evil/tree/${commit}?expand=true`]],
  [
    'paths-info as a form',
    () => [
      '/api/models/acme/evil/paths-info/main',
      {
        method: 'POST',
        body: `paths=${FILE}&expand=false`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
    ],
  ],
  [
    'paths-info as JSON',
    () => [
      `/api/models/acme/evil/paths-info/${commit}`,
      {
        method: 'POST',
        body: JSON.stringify({ paths: [FILE], expand: true }),
        headers: { 'content-type': 'application/json' },
      },
    ],
  ],
  ['repository info with blobs', () => ['/api/models/acme/evil?blobs=true']],
  [
    'LFS batch',
    () => [
      '/acme/evil.git/info/lfs/objects/batch',
      {
        method: 'POST',
        headers: { 'content-type': 'application/vnd.git-lfs+json' },
        body: JSON.stringify({
          operation: 'download',
          transfers: ['basic'],
          objects: [{ oid: sha256, size: 1 }],
        }),
      },
    ],
  ],
];

describe('a blocked version', () => {
  it.each(DOORS)('does not come out by %s', async (_, door) => {
    const [path, init] = door();
    const response = await fetch(`${servers.gateEndpoint}${path}`, { ...init, redirect: 'manual' });
    const body = Buffer.from(await response.arrayBuffer());
    // An LFS answer repeats the digest that was asked for.
    const text = body.toString('latin1').replace(`"oid":"${sha256}"`, '');
    expect([200, 403, 404]).toContain(response.status);
    expect(text).not.toContain(sha256);
    expect(text).not.toContain('PK\u0003\u0004');
    expect(text).not.toContain('hidden_size');
    expect(text).not.toContain('"actions"');
    expect([...response.headers.values()].join(' ')).not.toContain(sha256);
    if (response.status === 403) {
      expect(response.headers.get('x-error-message')).toContain('balanced/malicious');
      expect(response.headers.get('x-error-message')).toMatch(/^[\x20-\x7e]{1,300}$/);
    }
  });

  it('has no object address that works without an admission', async () => {
    const paths = [
      `/acme/good.git/info/lfs/objects/${sha256}`,
      `/acme/evil.git/info/lfs/objects/${sha256}`,
      `/acme/good/resolve/main/${FILE}?oid=${sha256}`,
      `/acme/good.git/info/lfs/objects/${sha256}?token=${'a'.repeat(64)}`,
    ];
    const bytes = await readSample(CHECKPOINTS.malicious);
    for (const path of paths) {
      const response = await fetch(`${servers.gateEndpoint}${path}`);
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes), path).toBe(false);
    }
    const batch = await fetch(`${servers.gateEndpoint}/acme/good.git/info/lfs/objects/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.git-lfs+json' },
      body: JSON.stringify({
        operation: 'download',
        transfers: ['basic'],
        objects: [{ oid: sha256, size: 1 }],
      }),
    });
    const { objects } = (await batch.json()) as {
      readonly objects: readonly { readonly actions?: object }[];
    };
    expect(objects.every((object) => object.actions === undefined)).toBe(true);
  });
});
