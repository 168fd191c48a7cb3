import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  deleteFiles,
  deleteRepo,
  downloadFile,
  fileExists,
  listCommits,
  listFiles,
  modelInfo,
  snapshotDownload,
} from '@huggingface/hub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '#api';
import {
  CHECKPOINTS,
  push,
  pushSamples,
  readSample,
  startTwoServers,
  type TwoServers,
} from '../support/two-servers.ts';

let servers: TwoServers;

beforeAll(async () => {
  servers = await startTwoServers();
  await pushSamples(servers);
  await servers.gate.api.call(routes.createRepository, { body: { name: 'own', kind: 'local' } });
});

afterAll(() => servers?.[Symbol.asyncDispose]());

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const repo = (name: string) => ({ type: 'model' as const, name });

describe('@huggingface/hub', () => {
  it('pulls a model whole, by file and by snapshot', async () => {
    const hubUrl = servers.gateEndpoint;
    const files = await collect(listFiles({ repo: repo('acme/good'), hubUrl, recursive: true }));
    expect(files.map((file) => file.path).sort()).toEqual([
      '.gitattributes',
      'README.md',
      'config.json',
      'pytorch_model.bin',
    ]);
    const blob = await downloadFile({ repo: repo('acme/good'), path: 'pytorch_model.bin', hubUrl });
    const expected = await readSample(CHECKPOINTS.benign);
    expect(Buffer.from((await blob?.arrayBuffer()) ?? new ArrayBuffer(0)).equals(expected)).toBe(true);
    const cacheDir = await mkdtemp(join(tmpdir(), 'sallyport-js-'));
    const snapshot = await snapshotDownload({ repo: repo('acme/good'), hubUrl, cacheDir });
    const hash = createHash('sha256')
      .update(await readFile(join(snapshot, 'pytorch_model.bin')))
      .digest('hex');
    expect(hash).toBe(createHash('sha256').update(expected).digest('hex'));
    await rm(cacheDir, { recursive: true, force: true });
    expect((await modelInfo({ name: 'acme/good', hubUrl })).name).toBe('acme/good');
  });

  it.each(['acme/evil', 'acme/unclear'])('is told why %s is refused', async (name) => {
    const hubUrl = servers.gateEndpoint;
    const path = name === 'acme/evil' ? 'pytorch_model.bin' : 'weights.bin';
    const rule = name === 'acme/evil' ? 'balanced/malicious' : 'balanced/undetermined';
    await expect(downloadFile({ repo: repo(name), path, hubUrl })).rejects.toThrow(rule);
    await expect(collect(listFiles({ repo: repo(name), hubUrl }))).rejects.toThrow(rule);
  });

  it('pushes, reads back, deletes files and the repository', async () => {
    const hubUrl = `${servers.gate.url}/huggingface/own`;
    const accessToken = servers.gate.adminToken;
    const name = 'team/from-javascript';
    await push(servers.gate, hubUrl, name, [
      { path: 'config.json', content: '{}' },
      { path: 'weights.bin', content: await readSample(CHECKPOINTS.benign) },
      { path: 'näme with spaces.txt', content: 'x' },
    ]);
    const target = { repo: repo(name), hubUrl, accessToken };
    expect(await fileExists({ ...target, path: 'näme with spaces.txt' })).toBe(true);
    await deleteFiles({ ...target, paths: ['näme with spaces.txt'] });
    expect(await fileExists({ ...target, path: 'näme with spaces.txt' })).toBe(false);
    const titles = (await collect(listCommits(target))).map((commit) => commit.title);
    expect(titles).toHaveLength(new Set(titles).size);
    expect(titles).toContain('Add the files');
    await deleteRepo(target);
    await expect(modelInfo({ name, hubUrl })).rejects.toThrow();
  });
});
