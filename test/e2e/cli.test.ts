import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { PROJECT, type Sallyport, startSallyport } from '../support/sallyport.ts';
import { CHECKPOINTS, pushSamples, startTwoServers, type TwoServers } from '../support/two-servers.ts';

let servers: TwoServers;

beforeAll(async () => {
  servers = await startTwoServers();
  await pushSamples(servers);
});

afterAll(() => servers?.[Symbol.asyncDispose]());

const npx = (...args: string[]) => runProgram('npx', ['sallyport', ...args], { cwd: PROJECT });

describe('npx sallyport in a clone', () => {
  it.each([
    ['clean', [CHECKPOINTS.benign], 0],
    ['malicious', [CHECKPOINTS.malicious], 1],
    ['usage', ['/no/such/file'], 2],
    ['usage', ['--no-such-flag'], 2],
  ] as const)('scan ends with what it found: %s', async (_, args, code) => {
    const result = await npx('scan', ...args);
    expect(result.code, result.output).toBe(code);
  });

  it('prints one JSON document', async () => {
    const result = await npx('scan', '--json', CHECKPOINTS.malicious, CHECKPOINTS.benign);
    const report = JSON.parse(result.stdout) as {
      verdict: string;
      files: { path: string; verdict: string }[];
    };
    expect(report.verdict).toBe('malicious');
    expect(report.files.some((file) => file.path.includes('!'))).toBe(true);
  });

  it('scans a hub address by ranges', async () => {
    const hf = await runProgram('npx', ['sallyport', 'scan', '--json', 'hf://acme/evil'], {
      cwd: PROJECT,
      env: { HF_ENDPOINT: servers.hubEndpoint },
    });
    expect(hf.code, hf.output).toBe(1);
    const url = `${servers.hubEndpoint}/acme/good/resolve/main/pytorch_model.bin`;
    const http = await npx('scan', url);
    expect(http.code, http.output).toBe(0);
  });
});

describe('the commands that manage a server', () => {
  it('list, create, change and delete repositories', async () => {
    const { gate } = servers;
    expect((await gate.cli('repo', 'list')).stdout).toMatch(/hub\s+remote/);
    expect((await gate.cli('repo', 'create', 'extra', '--kind', 'local')).code).toBe(0);
    expect((await gate.cli('repo', 'create', 'extra', '--kind', 'local')).code).toBe(1);
    expect((await gate.cli('repo', 'create', '../x', '--kind', 'local')).code).toBe(2);
    expect((await gate.cli('policy', 'set', 'extra', 'observe')).stdout).toContain('observe');
    expect((await gate.cli('policy', 'set', 'extra', 'nonsense')).code).toBe(2);
    expect((await gate.cli('policy', 'list')).stdout).toContain('balanced/malicious');
    expect((await gate.cli('repo', 'delete', 'extra')).code).toBe(0);
    expect((await gate.cli('repo', 'show', 'extra')).code).toBe(1);
  });

  it('make a token that works within its scope and stops when it is revoked', async () => {
    const { gate } = servers;
    const secret = (await gate.cli('token', 'create', 'reader', '--scope', 'hub:read')).stdout.trim();
    const as = { authorization: `Bearer ${secret}` };
    const list = () => fetch(`${gate.url}/api/v1/repositories`, { headers: as });
    expect((await list()).status).toBe(200);
    expect((await fetch(`${gate.url}/api/v1/tokens`, { headers: as })).status).toBe(403);
    const id = /^(\S+)\s+reader/m.exec((await gate.cli('token', 'list')).stdout)?.[1] ?? '';
    expect((await gate.cli('token', 'revoke', id)).code).toBe(0);
    expect((await list()).status).toBe(401);
  });

  it('show a held version and let it in, for good', async () => {
    const { gate, gateEndpoint } = servers;
    const url = `${gateEndpoint}/acme/unclear/resolve/main/weights.bin`;
    expect((await fetch(url)).status).toBe(403);
    const listed = await gate.cli('decision', 'list', '--effect', 'hold', '--json');
    const { items } = JSON.parse(listed.stdout) as { items: { id: string; packageName: string }[] };
    const id = items.find((item) => item.packageName === 'acme/unclear')?.id ?? '';
    expect((await gate.cli('decision', 'show', id)).stdout).toContain('inhouse.loader');
    const page = await (await fetch(`${gate.url}/decisions/${id}`)).text();
    expect(page).toContain('Held');
    expect((await gate.cli('decision', 'approve', id, '--reason', 'reviewed')).stdout).toContain('approved');
    const served = await fetch(url);
    expect(served.status).toBe(200);
    await served.arrayBuffer();
    expect((await gate.cli('decision', 'approve', id, '--reason', 'again')).code).toBe(1);
    expect((await gate.cli('package', 'show', 'hub', 'acme/unclear')).stdout).toContain('approved');
  });

  it('say what to do without a server, without a token, with a wrong one', async () => {
    const { gate } = servers;
    const none = await npx('repo', 'list', '--url', 'http://127.0.0.1:9');
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('sallyport serve');
    const anonymous = await npx('token', 'list', '--url', gate.url);
    expect(anonymous.stderr).toContain('SALLYPORT_TOKEN');
    expect((await npx('token', 'list', '--url', gate.url, '--token', 'hf_sly_wrong')).code).toBe(1);
  });
});

describe('serve', () => {
  it('prints the admin token at the first start alone, and refuses a second owner and a wrong key', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-twice-'));
    let first: Sallyport | undefined = await startSallyport({ dataDir });
    const { adminToken } = first;
    await expect(startSallyport({ dataDir, adminToken })).rejects.toThrow(/another|lock|owns/i);
    await first[Symbol.asyncDispose]();
    first = undefined;
    await using again = await startSallyport({ dataDir, adminToken });
    expect((await again.cli('repo', 'list')).code).toBe(0);
    expect(again.log()).not.toContain(adminToken);
    const typo = await runProgram(
      process.execPath,
      [join(PROJECT, 'bin/sallyport.js'), 'serve', '--data', dataDir],
      {
        env: { SALLYPORT_LISTEN_PROT: '1' },
      },
    );
    expect(typo.code).toBe(2);
    expect(typo.stderr).toContain('SALLYPORT_LISTEN_PROT');
    await again[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  });
});
