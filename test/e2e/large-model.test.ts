import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '#api';
import { hashSource, openFileSource } from '#bytes';
import { makeTorchCheckpoint } from '../support/make-checkpoint.ts';
import { readPeakMemory, resetPeakMemory } from '../support/process-memory.ts';
import { pushFile } from '../support/push-file.ts';
import { startTwoServers, type TwoServers } from '../support/two-servers.ts';

const MiB = 2 ** 20;
const CLIENTS = 8;

let servers: TwoServers;
let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-large-'));
  path = join(folder, 'pytorch_model.bin');
  await makeTorchCheckpoint(path, 2048 * MiB - 8 * MiB, 200);
  servers = await startTwoServers();
  await pushFile(servers.hub, 'models', 'acme/large', 'pytorch_model.bin', path);
});

afterAll(async () => {
  await servers?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Pulled {
  readonly sizeBytes: number;
  readonly sha256: string | undefined;
}

function pull(url: string, wantDigest: boolean): Promise<Pulled> {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`${response.statusCode} ${response.headers['x-error-message']}`));
        response.resume();
        return;
      }
      const hash = wantDigest ? createHash('sha256') : undefined;
      let sizeBytes = 0;
      response.on('data', (chunk: Buffer) => {
        sizeBytes += chunk.length;
        hash?.update(chunk);
      });
      response.once('error', reject);
      response.once('end', () => resolve({ sizeBytes, sha256: hash?.digest('hex') }));
    }).once('error', reject);
  });
}

describe('a checkpoint of 2 GiB behind an upstream', () => {
  it('is decided from less than 1 MiB and served to 8 clients in less than 300 MiB of memory', async () => {
    const { gate, gateEndpoint } = servers;
    const url = `${gateEndpoint}/acme/large/resolve/main/pytorch_model.bin`;
    const startedAt = performance.now();
    const head = await fetch(url, { method: 'HEAD' });
    const headMs = performance.now() - startedAt;
    expect(head.status, head.headers.get('x-error-message') ?? '').toBe(200);
    const { items } = await gate.api.call(routes.listDecisions, { query: { package: 'acme/large' } });
    const decision = items[0];
    expect(decision?.verdict).toBe('clean');
    expect(decision?.readBytes).toBeLessThan(MiB);

    await resetPeakMemory(gate.pid);
    const pullAt = performance.now();
    const pulled = await Promise.all(Array.from({ length: CLIENTS }, (_, index) => pull(url, index === 0)));
    const seconds = (performance.now() - pullAt) / 1000;
    const peakBytes = await readPeakMemory(gate.pid);
    const { size } = await stat(path);
    await using source = await openFileSource(path);
    expect(pulled.map((one) => one.sizeBytes)).toEqual(Array.from({ length: CLIENTS }, () => size));
    expect(pulled[0]?.sha256).toBe(await hashSource(source, 'sha256'));
    process.stdout.write(
      `2 GiB: decided in ${decision?.elapsedMs} ms (HEAD ${Math.round(headMs)} ms) from ${decision?.readBytes} bytes; ` +
        `${CLIENTS} clients in ${seconds.toFixed(1)} s, peak ${Math.round(peakBytes / MiB)} MiB\n`,
    );
    expect(peakBytes).toBeLessThan(300 * MiB);
  });
});
