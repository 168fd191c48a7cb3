import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRepo, downloadFile, uploadFiles } from '@huggingface/hub';
import { routes } from '#api';
import { PROJECT, type Sallyport, startSallyport } from '../support/sallyport.ts';
import { type Row, renderRow, renderSummary, renderTitle } from './render.ts';

/** Real checkpoints, written by the frameworks; see the manifests beside them. */
const BENIGN_CHECKPOINT = 'test/corpus/pytorch/benign/state-dict.pt';
const MALICIOUS_CHECKPOINT = 'test/corpus/pytorch/malicious/plain.pt';

const TENSOR_BYTES = 48 * 2 ** 20;

interface Model {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly content: Blob }[];
  readonly pull: string; // the file that the client asks for
  readonly expect: 'served' | 'refused';
}

/** Two Sallyports on this machine: one plays the public hub, the other stands in front of it. */
async function main(): Promise<number> {
  const startedAt = performance.now();
  const models = await makeModels();
  process.stdout.write(renderTitle('starting a hub, and a gate in front of it'));
  await using hub = await startSallyport();
  await using gate = await startSallyport({
    env: { SALLYPORT_UPSTREAM_URL: `${hub.url}/huggingface/models` },
  });
  await hub.api.call(routes.createRepository, { body: { name: 'models', kind: 'local', policy: 'observe' } });

  process.stdout.write(renderTitle(`pushing ${models.length} models to the hub with @huggingface/hub`));
  for (const model of models) await push(hub, model);

  process.stdout.write(renderTitle('pulling them through the gate with @huggingface/hub'));
  const rows: Row[] = [];
  for (const model of models) {
    const row = await pull(gate, model);
    rows.push(row);
    process.stdout.write(renderRow(row));
  }
  process.stdout.write(renderSummary(rows, (performance.now() - startedAt) / 1000, gate.url));
  return rows.every((row) => row.isAsExpected) ? 0 : 1;
}

async function makeModels(): Promise<readonly Model[]> {
  const card = new Blob(['---\nlicense: apache-2.0\n---\n# A model for the demonstration\n']);
  const config = new Blob([JSON.stringify({ model_type: 'bert', hidden_size: 64 }, null, 2)]);
  const read = async (path: string) => new Blob([await readFile(join(PROJECT, path))]);
  return [
    {
      name: 'acme/tensors',
      files: [
        { path: 'README.md', content: card },
        { path: 'config.json', content: config },
        { path: 'model.safetensors', content: makeSafetensors() },
      ],
      pull: 'model.safetensors',
      expect: 'served',
    },
    {
      name: 'acme/checkpoint',
      files: [
        { path: 'config.json', content: config },
        { path: 'pytorch_model.bin', content: await read(BENIGN_CHECKPOINT) },
      ],
      pull: 'pytorch_model.bin',
      expect: 'served',
    },
    {
      name: 'acme/backdoored',
      files: [
        { path: 'config.json', content: config },
        { path: 'pytorch_model.bin', content: await read(MALICIOUS_CHECKPOINT) },
      ],
      pull: 'pytorch_model.bin',
      expect: 'refused',
    },
  ];
}

/** One tensor of random numbers, large enough to see that it is not read to decide. */
function makeSafetensors(): Blob {
  const header = Buffer.from(
    JSON.stringify({ weight: { dtype: 'F32', shape: [TENSOR_BYTES / 4], data_offsets: [0, TENSOR_BYTES] } }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return new Blob([length, header, randomBytes(TENSOR_BYTES)]);
}

async function push(hub: Sallyport, model: Model): Promise<void> {
  const target = {
    repo: { type: 'model' as const, name: model.name },
    accessToken: hub.adminToken,
    hubUrl: `${hub.url}/huggingface/models`,
  };
  await createRepo(target);
  await uploadFiles({ ...target, files: [...model.files], commitTitle: 'Add the model' });
}

async function pull(gate: Sallyport, model: Model): Promise<Row> {
  const startedAt = performance.now();
  let firstByteMs: number | undefined;
  let outcome: Row['outcome'];
  let message = '';
  try {
    const blob = await downloadFile({
      repo: { type: 'model', name: model.name },
      path: model.pull,
      hubUrl: `${gate.url}/huggingface/hub`,
    });
    if (blob === null) throw new Error(`${model.pull} is missing`);
    const hash = createHash('sha256');
    for await (const chunk of blob.stream()) {
      firstByteMs ??= performance.now() - startedAt;
      hash.update(chunk);
    }
    const isSame = hash.digest('hex') === (await digestOf(model));
    outcome = isSame ? 'served' : 'damaged';
  } catch (error) {
    outcome = 'refused';
    message = error instanceof Error ? error.message : String(error);
  }
  const { items } = await gate.api.call(routes.listDecisions, { query: { package: model.name, limit: 1 } });
  const decision = items[0];
  const isExplained =
    outcome !== 'refused' ||
    (decision?.effect === 'block' && message.includes(decision.reasons[0]?.policyRule ?? '\0'));
  return {
    name: model.name,
    outcome,
    message,
    effect: decision?.effect,
    rule: decision?.reasons[0]?.finding,
    firstByteMs,
    decideMs: decision?.elapsedMs,
    readBytes: decision?.readBytes,
    sizeBytes: model.files.reduce((sum, file) => sum + file.content.size, 0),
    isAsExpected: outcome === model.expect && decision !== undefined && isExplained,
  };
}

async function digestOf(model: Model): Promise<string> {
  const content = model.files.find((file) => file.path === model.pull)?.content;
  const bytes = Buffer.from((await content?.arrayBuffer()) ?? new ArrayBuffer(0));
  return createHash('sha256').update(bytes).digest('hex');
}

process.exitCode = await main();
