import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRepo, uploadFiles } from '@huggingface/hub';
import { routes } from '#api';
import { PROJECT, type Sallyport, startSallyport } from './sallyport.ts';

/** Real checkpoints, written by the frameworks; see the manifests beside them. */
export const CHECKPOINTS = {
  benign: 'test/corpus/pytorch/benign/state-dict.pt',
  malicious: 'test/corpus/pytorch/malicious/plain.pt',
} as const;

/** One Sallyport that plays the public hub, and one that stands in front of it. */
export interface TwoServers extends AsyncDisposable {
  readonly hub: Sallyport;
  readonly gate: Sallyport;
  readonly hubEndpoint: string; // local repository `models`, which only warns
  readonly gateEndpoint: string; // remote repository `hub`, balanced
}

export async function startTwoServers(
  options: { readonly gateEnv?: Readonly<Record<string, string>> } = {},
): Promise<TwoServers> {
  const hub = await startSallyport();
  await hub.api.call(routes.createRepository, { body: { name: 'models', kind: 'local', policy: 'observe' } });
  const hubEndpoint = `${hub.url}/huggingface/models`;
  const gate = await startSallyport({ env: { SALLYPORT_UPSTREAM_URL: hubEndpoint, ...options.gateEnv } });
  return {
    hub,
    gate,
    hubEndpoint,
    gateEndpoint: `${gate.url}/huggingface/hub`,
    async [Symbol.asyncDispose]() {
      await gate[Symbol.asyncDispose]();
      await hub[Symbol.asyncDispose]();
    },
  };
}

export interface PushedFile {
  readonly path: string;
  readonly content: Uint8Array<ArrayBuffer> | string;
}

/** Pushes with the JavaScript client. */
export async function push(
  server: Sallyport,
  endpoint: string,
  name: string,
  files: readonly PushedFile[],
  type: 'model' | 'dataset' = 'model',
): Promise<void> {
  const target = { repo: { type, name }, accessToken: server.adminToken, hubUrl: endpoint };
  await createRepo(target);
  await uploadFiles({
    ...target,
    files: files.map((file) => ({ path: file.path, content: new Blob([file.content]) })),
    commitTitle: 'Add the files',
  });
}

/** A model of each kind on the hub: `acme/good`, `acme/evil` (blocked) and `acme/unclear` (held). */
export async function pushSamples({ hub, hubEndpoint }: TwoServers): Promise<void> {
  const config = JSON.stringify({ model_type: 'bert', hidden_size: 4 });
  await push(hub, hubEndpoint, 'acme/good', [
    { path: 'config.json', content: config },
    { path: 'README.md', content: '# Good\n' },
    { path: 'pytorch_model.bin', content: await readSample(CHECKPOINTS.benign) },
  ]);
  await push(hub, hubEndpoint, 'acme/evil', [
    { path: 'config.json', content: config },
    { path: 'pytorch_model.bin', content: await readSample(CHECKPOINTS.malicious) },
  ]);
  await push(hub, hubEndpoint, 'acme/unclear', [
    { path: 'config.json', content: config },
    // A call of something nobody knows: neither shown to be harmful nor known to be safe.
    { path: 'weights.bin', content: Buffer.from('\x80\x02cinhouse.loader\nrestore\n)R.', 'latin1') },
  ]);
}

export async function readSample(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(join(PROJECT, path)));
}
