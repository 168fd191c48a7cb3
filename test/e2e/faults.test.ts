import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '#api';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts';
import { pushFile } from '../support/push-file.ts';
import { type Sallyport, startSallyport } from '../support/sallyport.ts';
import { push } from '../support/two-servers.ts';

const MiB = 2 ** 20;

let hub: Sallyport;
let proxy: FaultyProxy;
let gate: Sallyport;
let folder: string;
let gateEndpoint: string;
let hubEndpoint: string;
const digests = new Map<string, string>();

/** A safetensors file of random bytes, so that the early verdict reads little of it. */
async function makeModel(name: string, sizeBytes: number): Promise<string> {
  const header = Buffer.from(
    JSON.stringify({ w: { dtype: 'U8', shape: [sizeBytes], data_offsets: [0, sizeBytes] } }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const bytes = Buffer.concat([length, header, randomBytes(sizeBytes)]);
  const path = join(folder, `${name}.safetensors`);
  await writeFile(path, bytes);
  digests.set(name, createHash('sha256').update(bytes).digest('hex'));
  return path;
}

async function pushModel(name: string, sizeBytes: number): Promise<string> {
  const path = await makeModel(name, sizeBytes);
  await pushFile(hub, 'models', `acme/${name}`, 'model.safetensors', path);
  return `${gateEndpoint}/acme/${name}/resolve/main/model.safetensors`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-faults-'));
  hub = await startSallyport();
  await hub.api.call(routes.createRepository, { body: { name: 'models', kind: 'local', policy: 'observe' } });
  hubEndpoint = `${hub.url}/huggingface/models`;
  proxy = await startFaultyProxy(hubEndpoint);
  gate = await startSallyport({ dataDir: join(folder, 'gate'), env: { SALLYPORT_UPSTREAM_URL: proxy.url } });
  gateEndpoint = `${gate.url}/huggingface/hub`;
});

afterEach(() => {
  proxy.fault = () => undefined;
  proxy.forget();
});

afterAll(async () => {
  await gate?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
  await hub?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Pulled {
  readonly status: number;
  readonly isWhole: boolean;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly message: string;
}

/** A download as a client sees it: a broken connection is an outcome, not an exception. */
function pull(url: string): Promise<Pulled> {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      const hash = createHash('sha256');
      let sizeBytes = 0;
      const finish = (isWhole: boolean) =>
        resolve({
          status: response.statusCode ?? 0,
          isWhole,
          sha256: hash.digest('hex'),
          sizeBytes,
          message: String(response.headers['x-error-message'] ?? ''),
        });
      response.on('data', (chunk: Buffer) => {
        sizeBytes += chunk.length;
        hash.update(chunk);
      });
      response.once('error', () => finish(false));
      response.once('end', () => finish(true));
    }).once('error', reject);
  });
}

/** Requests for the bytes of a file, whole or by ranges. */
const isBytes = (url: string | undefined) => url?.includes('/resolve/') === true;

describe('an upstream that misbehaves', () => {
  it('is asked again after 429 and 5xx, as long as it asks to wait', async () => {
    const url = await pushModel('retried', 2 * MiB);
    let left = 3;
    proxy.fault = (incoming) => {
      if (!isBytes(incoming.url) || left === 0) return undefined;
      left -= 1;
      return { kind: 'status', status: left === 1 ? 503 : 429, headers: { 'retry-after': '1' } };
    };
    const pulled = await pull(url);
    expect(pulled).toMatchObject({ status: 200, isWhole: true, sha256: digests.get('retried') });
    expect(left).toBe(0);
  });

  it('that answers 5xx for good is named, and nothing of it is kept', async () => {
    const url = await pushModel('failing', MiB);
    proxy.fault = () => ({ kind: 'status', status: 500 });
    const failed = await pull(url);
    // 429 is the answer to a GET that the Hub clients try again.
    expect([429, 502, 503, 504]).toContain(failed.status);
    expect(failed.message).toMatch(/upstream/i);
    proxy.fault = () => undefined;
    expect(await pull(url)).toMatchObject({ status: 200, isWhole: true, sha256: digests.get('failing') });
  });

  it('that cuts the transfer is resumed where it broke', async () => {
    const url = await pushModel('cut', 24 * MiB);
    await fetch(url, { method: 'HEAD' });
    let cuts = 2;
    proxy.fault = (incoming) => {
      const range = /bytes=(\d+)-(\d*)/.exec(incoming.headers.range ?? 'bytes=0-');
      if (!isBytes(incoming.url) || incoming.method !== 'GET' || range?.[2] !== '' || cuts === 0)
        return undefined;
      cuts -= 1;
      return { kind: 'reset', afterBytes: 6 * MiB };
    };
    const pulled = await pull(url);
    expect(pulled).toMatchObject({ status: 200, isWhole: true, sha256: digests.get('cut') });
    expect(cuts).toBe(0);
  });

  it.each([
    ['other bytes', { kind: 'corrupt' }],
    ['a shorter file', { kind: 'shorten', toBytes: MiB }],
  ] as const)('that sends %s never completes a download and leaves nothing behind', async (name, fault) => {
    const key = `lying-${name.replaceAll(' ', '-')}`;
    const url = await pushModel(key, 8 * MiB);
    await fetch(url, { method: 'HEAD' });
    proxy.fault = (incoming) => {
      const isTransfer =
        incoming.method === 'GET' && isBytes(incoming.url) && !/-\d/.test(incoming.headers.range ?? '');
      return isTransfer ? fault : undefined;
    };
    const pulled = await pull(url);
    expect(pulled.isWhole && pulled.status === 200).toBe(false);
    proxy.fault = () => undefined;
    expect(await pull(url)).toMatchObject({ status: 200, isWhole: true, sha256: digests.get(key) });
  });

  it('that says nothing is given up on, with a reason and in time', async () => {
    const url = await pushModel('silent', MiB);
    proxy.fault = () => ({ kind: 'stall' });
    const startedAt = performance.now();
    const response = await fetch(url, { method: 'HEAD' });
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(response.headers.get('retry-after') ?? response.headers.get('x-error-message')).toBeTruthy();
    // The clients give up after ten seconds without an answer.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('that is down leaves what is stored in service', async () => {
    const url = await pushModel('cached', 3 * MiB);
    expect((await pull(url)).isWhole).toBe(true);
    await proxy.down();
    try {
      expect(await pull(url)).toMatchObject({ status: 200, isWhole: true, sha256: digests.get('cached') });
      const absent = await pull(`${gateEndpoint}/acme/never-seen/resolve/main/model.safetensors`);
      expect([429, 502, 503, 504]).toContain(absent.status);
      expect(absent.message).toMatch(/upstream/i);
    } finally {
      await proxy.up();
    }
  });

  it('is asked once for what many clients want at the same time', async () => {
    const url = await pushModel('popular', 16 * MiB);
    await fetch(url, { method: 'HEAD' });
    proxy.forget();
    const pulled = await Promise.all(Array.from({ length: 12 }, () => pull(url)));
    expect(pulled.every((one) => one.isWhole && one.sha256 === digests.get('popular'))).toBe(true);
    expect(proxy.requests.filter((line) => line.startsWith('GET') && isBytes(line))).toHaveLength(1);
  });
});

describe('kill -9', () => {
  it('during a download leaves no half-written file, and the next start serves it whole', async () => {
    const url = await pushModel('killed-download', 64 * MiB);
    await fetch(url, { method: 'HEAD' });
    const { adminToken } = gate;
    for (const delayMs of [5, 20, 45, 80]) {
      const broken = pull(url).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await gate.kill();
      await broken;
      gate = await startSallyport({
        dataDir: gate.dataDir,
        adminToken,
        port: Number(new URL(gate.url).port),
      });
      expect(await readdir(join(gate.dataDir, 'staging'))).toEqual([]);
    }
    expect(await pull(url)).toMatchObject({
      status: 200,
      isWhole: true,
      sha256: digests.get('killed-download'),
    });
  });

  it('during uploads loses no acknowledged commit and shows no half-written one', async () => {
    const { adminToken } = gate;
    await gate.api.call(routes.createRepository, { body: { name: 'own', kind: 'local', policy: 'observe' } });
    const acknowledged: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      const endpoint = `${gate.url}/huggingface/own`;
      let isRunning = true;
      const writer = (async () => {
        for (let index = 0; isRunning; index += 1) {
          const name = `team/round-${round}-${index}`;
          const files = [
            { path: 'config.json', content: '{}' },
            { path: 'model.bin', content: new Uint8Array(randomBytes(300_000)) },
          ];
          await push(gate, endpoint, name, files);
          acknowledged.push(name);
        }
      })().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 300 + round * 130));
      isRunning = round % 2 === 0;
      await gate.kill();
      isRunning = false;
      await writer;
      gate = await startSallyport({
        dataDir: gate.dataDir,
        adminToken,
        port: Number(new URL(gate.url).port),
      });
    }
    expect(acknowledged.length).toBeGreaterThan(3);
    const { items } = await gate.api.call(routes.listPackages, {
      params: { repository: 'own' },
      query: { limit: 500 },
    });
    const names = items.map((item) => item.name);
    expect(names).toEqual(expect.arrayContaining(acknowledged));
    for (const name of names) {
      const tree = await fetch(`${gate.url}/huggingface/own/api/models/${name}/tree/main?recursive=true`);
      const files =
        tree.status === 200
          ? ((await tree.json()) as { readonly path: string }[]).map((file) => file.path)
          : [];
      const isAcknowledged = acknowledged.includes(name);
      // A commit is there whole or not at all: what was made at creation, or that and both files.
      expect(files.includes('model.bin'), name).toBe(files.includes('config.json'));
      if (isAcknowledged) expect(files).toContain('model.bin');
    }
  });
});
