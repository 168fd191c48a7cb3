import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '#api';
import { makeSafetensors } from '../support/make-checkpoint.ts';
import { openPython, type Python } from '../support/python.ts';
import {
  CHECKPOINTS,
  pushSamples,
  readSample,
  startTwoServers,
  type TwoServers,
} from '../support/two-servers.ts';

let servers: TwoServers;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-clients-'));
  servers = await startTwoServers();
  await pushSamples(servers);
  await servers.gate.api.call(routes.createRepository, { body: { name: 'own', kind: 'local' } });
});

afterAll(async () => {
  await servers?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** A client with a cache of its own, pointed at an endpoint. */
function environment(endpoint: string, cache: string, token?: string): Record<string, string> {
  return {
    HF_ENDPOINT: endpoint,
    HF_HOME: join(folder, cache),
    ...(token === undefined ? {} : { HF_TOKEN: token }),
  };
}

async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

describe.each(['huggingface_hub-1.33.0', 'huggingface_hub-2.0.0'] as const)('%s', async (name) => {
  const python = await openPython(name);
  const client = (): Python => {
    if (python === undefined) throw new Error(`${name} was not installed`);
    return python;
  };
  const test = it.skipIf(python === undefined);

  test('hf download gets the bytes that were pushed', async () => {
    const target = join(folder, `${name}-good`);
    const env = environment(servers.gateEndpoint, `${name}-a`);
    const result = await client().program('hf', ['download', 'acme/good', '--local-dir', target], env);
    expect(result.code, result.output).toBe(0);
    expect(await sha256Of(join(target, 'pytorch_model.bin'))).toBe(
      createHash('sha256')
        .update(await readSample(CHECKPOINTS.benign))
        .digest('hex'),
    );
  });

  test('hf_hub_download and snapshot_download agree on a commit and use their cache', async () => {
    const script = `
import huggingface_hub as h, os
one = h.hf_hub_download('acme/good', 'config.json')
snapshot = h.snapshot_download('acme/good')
assert os.path.dirname(one) == snapshot, (one, snapshot)
commit = os.path.basename(snapshot)
assert h.model_info('acme/good').sha == commit
assert os.path.exists(h.hf_hub_download('acme/good', 'pytorch_model.bin', revision=commit))
assert sorted(os.listdir(snapshot)) == sorted(h.list_repo_files('acme/good')), os.listdir(snapshot)
print('OK', commit)
`;
    const result = await client().run(script, environment(servers.gateEndpoint, `${name}-b`));
    expect(result.output).toMatch(/OK [0-9a-f]{40}/);
  });

  test('what is blocked names rule, file and decision in hf download', async () => {
    const env = environment(servers.gateEndpoint, `${name}-c`);
    const result = await client().program('hf', ['download', 'acme/evil'], env);
    expect(result.code).not.toBe(0);
    expect(result.output).toContain('balanced/malicious');
    expect(result.output).toContain('pytorch_model.bin');
    expect(result.output).toContain(`${servers.gate.url}/decisions/`);
    expect(result.output).not.toMatch(/check your (internet )?connection/i);
  });

  test.each(['hf_hub_download("acme/evil", "pytorch_model.bin")', 'snapshot_download("acme/evil")'])(
    'what is blocked says why in %s',
    async (call) => {
      const script = `
import huggingface_hub as h
try:
    h.${call}
except Exception as error:
    print('RAISED', type(error).__name__, error)
else:
    print('SERVED')
`;
      const result = await client().run(script, environment(servers.gateEndpoint, `${name}-d`));
      expect(result.output).toContain('RAISED');
      expect(result.output).toContain('balanced/malicious');
      expect(result.output).toContain(`${servers.gate.url}/decisions/`);
      expect(result.output).not.toMatch(/check your (internet )?connection/i);
    },
  );

  test('what is held says that it is held and where to ask', async () => {
    const env = environment(servers.gateEndpoint, `${name}-e`);
    const result = await client().program('hf', ['download', 'acme/unclear'], env);
    expect(result.code).not.toBe(0);
    expect(result.output).toMatch(/held by policy balanced\/undetermined/i);
    expect(result.output).toContain(`${servers.gate.url}/decisions/`);
  });

  test('a repository that is not there is said to be not there', async () => {
    const env = environment(servers.gateEndpoint, `${name}-f`);
    const result = await client().program('hf', ['download', 'acme/absent'], env);
    expect(result.code).not.toBe(0);
    expect(result.output).toMatch(/not found/i);
  });

  test('upload_folder and hf upload fill a local repository', async () => {
    const source = join(folder, `${name}-source`);
    await mkdir(join(source, 'nested'), { recursive: true });
    await writeFile(join(source, 'config.json'), '{"hidden_size": 4}');
    await writeFile(join(source, 'nested', 'notes.txt'), 'notes\n');
    await writeFile(join(source, 'pytorch_model.bin'), await readSample(CHECKPOINTS.benign));
    const endpoint = `${servers.gate.url}/huggingface/own`;
    const env = { ...environment(endpoint, `${name}-g`, servers.gate.adminToken), HF_HUB_DISABLE_XET: '1' };
    const id = `team/${name.replace(/[^a-z0-9.]/g, '-')}`;
    const script = `
import huggingface_hub as h
api = h.HfApi()
api.create_repo('${id}')
api.upload_folder(repo_id='${id}', folder_path=${JSON.stringify(source)}, commit_message='first')
api.create_tag('${id}', tag='v1')
api.upload_file(repo_id='${id}', path_or_fileobj=b'more', path_in_repo='more.txt')
api.delete_file('nested/notes.txt', repo_id='${id}')
print('FILES', sorted(api.list_repo_files('${id}')), sorted(api.list_repo_files('${id}', revision='v1')))
print('COMMITS', [c.title for c in api.list_repo_commits('${id}')])
print('REFS', [r.name for r in api.list_repo_refs('${id}').branches], [r.name for r in api.list_repo_refs('${id}').tags])
`;
    const result = await client().run(script, env);
    expect(result.output).toContain("'config.json'");
    expect(result.stdout).toMatch(
      /FILES \['\.gitattributes'?.*'more\.txt', 'pytorch_model\.bin'\].*'nested\/notes\.txt'/,
    );
    expect(result.stdout).toMatch(/COMMITS \[.*'first'/);
    expect(result.stdout).toContain("REFS ['main'] ['v1']");

    const uploaded = await client().program(
      'hf',
      ['upload', id, source, '.', '--commit-message', 'again'],
      env,
    );
    expect(uploaded.code, uploaded.output).toBe(0);
    const target = join(folder, `${name}-back`);
    const downloaded = await client().program('hf', ['download', id, '--local-dir', target], env);
    expect(downloaded.code, downloaded.output).toBe(0);
    expect(await readFile(join(target, 'nested', 'notes.txt'), 'utf8')).toBe('notes\n');
    expect(await sha256Of(join(target, 'pytorch_model.bin'))).toBe(
      await sha256Of(join(source, 'pytorch_model.bin')),
    );
  });

  test('an upload over Xet is refused with the one setting under which it works', async () => {
    const endpoint = `${servers.gate.url}/huggingface/own`;
    const source = join(folder, `${name}-xet.safetensors`);
    await makeSafetensors(source, 24 * 2 ** 20, 2);
    const id = `team/xet-${name.replace(/[^a-z0-9.]/g, '-')}`;
    const env = environment(endpoint, `${name}-h`, servers.gate.adminToken);
    const result = await client().program('hf', ['upload', id, source, 'model.safetensors'], env);
    expect(result.code).not.toBe(0);
    expect(result.output).toContain('HF_HUB_DISABLE_XET=1');
    const retried = await client().program('hf', ['upload', id, source, 'model.safetensors'], {
      ...env,
      HF_HUB_DISABLE_XET: '1',
    });
    expect(retried.code, retried.output).toBe(0);
  });

  test('datasets go the same way', async () => {
    const endpoint = `${servers.gate.url}/huggingface/own`;
    const id = `team/data-${name.replace(/[^a-z0-9.]/g, '-')}`;
    const env = { ...environment(endpoint, `${name}-i`, servers.gate.adminToken), HF_HUB_DISABLE_XET: '1' };
    const script = `
import huggingface_hub as h
api = h.HfApi()
api.create_repo('${id}', repo_type='dataset')
api.upload_file(repo_id='${id}', repo_type='dataset', path_or_fileobj=b'a,b\\n1,2\\n', path_in_repo='data/train.csv')
print('READ', open(h.hf_hub_download('${id}', 'data/train.csv', repo_type='dataset')).read().split())
`;
    const result = await client().run(script, env);
    expect(result.stdout).toContain("READ ['a,b', '1,2']");
  });

  test('a push without a token, with a wrong one or one without the right is refused clearly', async () => {
    const endpoint = `${servers.gate.url}/huggingface/own`;
    const readOnly = await servers.gate.api.call(routes.createToken, {
      body: { name: `reader ${name}`, scopes: [{ repository: 'own', action: 'read' }] },
    });
    for (const token of [undefined, 'hf_sly_wrong', readOnly.secret]) {
      const env = environment(endpoint, `${name}-j`, token);
      const script = `
import huggingface_hub as h
try:
    h.HfApi().create_repo('team/forbidden')
    print('CREATED')
except Exception as error:
    print('RAISED', type(error).__name__, error)
`;
      const result = await client().run(script, env);
      expect(result.output).not.toContain('CREATED');
      expect(result.output).toMatch(/401|403|Invalid|token/i);
    }
    const { items } = await servers.gate.api.call(routes.listPackages, {
      params: { repository: 'own' },
      query: { search: 'forbidden' },
    });
    expect(items).toEqual([]);
  });
});

describe('transformers', async () => {
  const python = await openPython('transformers');
  const test = it.skipIf(python === undefined);

  test('from_pretrained loads a model through the gate, and says why a blocked one is refused', async () => {
    if (python === undefined) throw new Error('transformers was not installed');
    const build = `
import torch, transformers as t
t.logging.set_verbosity_error()
config = t.BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, vocab_size=32)
t.BertModel(config).save_pretrained(${JSON.stringify(join(folder, 'tiny-bert'))})
print('SAVED')
`;
    const built = await python.run(build, { HF_HUB_OFFLINE: '1' });
    expect(built.stdout, built.output).toContain('SAVED');
    const push = environment(servers.hubEndpoint, 'transformers-a', servers.hub.adminToken);
    const pushed = await python.program('hf', ['upload', 'acme/tiny-bert', join(folder, 'tiny-bert')], {
      ...push,
      HF_HUB_DISABLE_XET: '1',
    });
    expect(pushed.code, pushed.output).toBe(0);
    const load = (id: string) => `
import transformers as t
try:
    model = t.AutoModel.from_pretrained('${id}')
    print('LOADED', sum(p.numel() for p in model.parameters()))
except Exception as error:
    print('RAISED', error)
`;
    const good = await python.run(
      load('acme/tiny-bert'),
      environment(servers.gateEndpoint, 'transformers-b'),
    );
    expect(good.output).toMatch(/LOADED \d+/);
    const evil = await python.run(load('acme/evil'), environment(servers.gateEndpoint, 'transformers-c'));
    expect(evil.output).toContain('RAISED');
    expect(evil.output).toContain('balanced/malicious');
    expect(evil.output).toContain(`${servers.gate.url}/decisions/`);
  });
});
