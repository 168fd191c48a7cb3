import { once } from 'node:events';
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFakeIo, type FakeIo } from '../fake-io.ts';
import type { HostIo } from '../io.ts';
import { main } from '../main.ts';

/** Inert: it would print a word. */
const BAD_PICKLE = "cposix\nsystem\n(S'echo SALLYPORT_INERT'\ntR.";
const GOOD_PICKLE = Buffer.from('80045d942e', 'hex'); // []

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-test-'));
  await mkdir(join(folder, 'models/.git'), { recursive: true });
  await mkdir(join(folder, 'clean/deep/er'), { recursive: true });
  await writeFile(join(folder, 'outside.txt'), 'outside');
  await writeFile(join(folder, 'models/bad.pkl'), BAD_PICKLE);
  await writeFile(join(folder, 'models/good.pkl'), GOOD_PICKLE);
  await writeFile(join(folder, 'models/noise.dat'), Buffer.from('00ff13378a', 'hex'));
  await writeFile(join(folder, 'models/.git/config'), 'not scanned');
  await symlink('../outside.txt', join(folder, 'models/out-of-folder'));
  await symlink('good.pkl', join(folder, 'models/inside'));
  await symlink('nowhere', join(folder, 'models/dangling'));
  for (const path of ['a.txt', 'deep/b.txt', 'deep/er/c.txt'])
    await writeFile(join(folder, 'clean', path), `${path}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

async function scan(argv: readonly string[], more: Partial<HostIo> = {}): Promise<FakeIo & { code: number }> {
  const io = createFakeIo({ cwd: folder, ...more });
  const code = await main(['scan', '--jobs', '1', ...argv], io);
  return { ...io, code };
}

const volatile = (text: string) =>
  text
    .replace(/"(fingerprint|engineFingerprint)": "[0-9a-f]{64}"/g, '"$1": "…"')
    .replace(/ · [\d.]+ m?s\n$/, ' · … ms\n');
const paths = (io: FakeIo) => JSON.parse(io.written.stdout).files.map(({ path }: { path: string }) => path);

describe('scan', () => {
  it('prints the document that the issue describes, and nothing else on stdout', async () => {
    const io = await scan(['--json', 'models']);
    expect(io.code).toBe(1);
    await expect(volatile(io.written.stdout)).toMatchFileSnapshot('./golden/scan.golden.json');
    expect(io.written.stderr).toBe('skipped models/.git\n');
  });

  it('prints a text that fits 80 columns, coloured when asked to', async () => {
    const narrow = await scan(['models']);
    for (const line of narrow.written.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    // Wide enough that the time, which differs, never moves to a line of its own.
    const io = await scan(['models'], { columns: 110 });
    await expect(volatile(io.written.stdout)).toMatchFileSnapshot('./golden/scan.golden.txt');
    const forced = await scan(['models/bad.pkl'], { env: { FORCE_COLOR: '1' } });
    expect(forced.written.stdout).toContain('\u001b[1;31m✗ malicious');
    const refused = await scan(['models/bad.pkl'], {
      env: { NO_COLOR: '1', FORCE_COLOR: '1' },
      isTty: { stdin: true, stdout: true, stderr: false },
    });
    expect(refused.written.stdout).not.toContain('\u001b');
  });

  it.each([
    [['clean'], 0],
    [['models/bad.pkl'], 1],
    [['models/noise.dat'], 3],
    [['clean', 'models/noise.dat', 'models/bad.pkl'], 1],
    [['--fail-on', 'undetermined', 'models/noise.dat'], 1],
    [['--fail-on', 'malicious', 'models/bad.pkl'], 1],
    [['--fail-on', 'malicious', 'models/noise.dat'], 3],
    [['models/absent.pkl'], 2],
    [['clean/*.pt'], 2],
    [['hf://'], 2],
    [['hf://org/name@bad..revision'], 2],
    [['https://user:secret@example.invalid/x'], 2],
    [['--sarif', 'no/such/folder/x.sarif', 'clean'], 2],
  ])('ends %j with %d', async (argv, code) => {
    expect((await scan(argv)).code).toBe(code);
  });

  it('takes several paths, folders and globs, each file once and in order', async () => {
    const io = await scan(['--json', 'clean/deep', 'clean/**/*.txt', 'clean/a.txt', 'clean']);
    expect(paths(io)).toEqual(['clean/deep/b.txt', 'clean/deep/er/c.txt', 'clean/a.txt']);
  });

  it('reads standard input through a temporary file that is gone afterwards', async () => {
    const listSpools = async () =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('sallyport-stdin-'));
    const before = await listSpools();
    const io = await scan(['--json', '-'], { stdin: Readable.from([Buffer.from(BAD_PICKLE)]) });
    expect(JSON.parse(io.written.stdout).files).toMatchObject([{ path: '-', verdict: 'malicious' }]);
    expect(await listSpools()).toEqual(before);
  });

  it('follows the links of a Hub cache to its blobs, and no others', async () => {
    const cache = join(folder, 'models--org--name');
    const snapshot = join(cache, 'snapshots', 'a'.repeat(40));
    await mkdir(snapshot, { recursive: true });
    await mkdir(join(cache, 'blobs'));
    await writeFile(join(cache, 'blobs/1234'), BAD_PICKLE);
    await symlink('../../blobs/1234', join(snapshot, 'model.pkl'));
    await symlink('../../../outside.txt', join(snapshot, 'stranger'));
    const io = await scan(['--json', snapshot]);
    expect(JSON.parse(io.written.stdout).files).toMatchObject([
      { path: `${snapshot}/model.pkl`, verdict: 'malicious' },
      { path: `${snapshot}/stranger`, verdict: 'undetermined', coverage: { gaps: [{ code: 'unreadable' }] } },
    ]);
  });

  it('writes SARIF and HTML beside what it prints, or prints them', async () => {
    const io = await scan(['--json', '--sarif', 'out.sarif', '--html', 'out.html', 'models/bad.pkl']);
    expect(JSON.parse(io.written.stdout).verdict).toBe('malicious');
    expect(JSON.parse(await readFile(join(folder, 'out.sarif'), 'utf8')).version).toBe('2.1.0');
    expect(await readFile(join(folder, 'out.html'), 'utf8')).toMatch(/^<!doctype html>/);
    const printed = await scan(['--sarif', '-', 'clean']);
    expect(JSON.parse(printed.written.stdout).runs[0].results).toEqual([]);
  });

  it('reports a file that may not be read', async () => {
    const path = join(folder, 'locked.pkl');
    await writeFile(path, 'x');
    await chmod(path, 0);
    const isRoot = await access(path, 4).then(
      () => true,
      () => false,
    );
    expect((await scan(['locked.pkl'])).code).toBe(isRoot ? 0 : 3);
  });

  it('stops when the person asks it to', async () => {
    const controller = new AbortController();
    const stdin = new Readable({ read() {} });
    setImmediate(() => controller.abort());
    const io = await scan(['-', 'clean'], { stdin, signal: controller.signal });
    expect(io.code).toBe(3);
    expect(io.written.stdout).toBe('');
    expect(io.written.stderr).toBe('the scan was cancelled\n');
  });
});

describe('scan over a network', () => {
  const large = Buffer.concat([Buffer.from(BAD_PICKLE), Buffer.alloc(400_000)]);
  const asked: string[] = [];
  let server: Server;
  let origin = '';

  beforeAll(async () => {
    server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  });
  afterAll(() => server.close());

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    asked.push(`${request.method} ${pathname} ${request.headers.range ?? ''}`.trim());
    if (pathname === '/plain.pkl') response.end(large);
    else if (pathname.startsWith('/api/')) answerHub(pathname, response);
    else if (pathname === '/gone') response.writeHead(410).end();
    else sendRange(request, response, pathname === '/changing.pkl' ? String(asked.length) : 'same');
  }

  const commit = 'c'.repeat(40);

  function answerHub(pathname: string, response: ServerResponse): void {
    const oid = '0'.repeat(40);
    const paths = ['sub/model.pkl', 'other.pkl', 'bad\u0000name'];
    const json = new Map<string, unknown>([
      ['/api/datasets/org/name/revision/v1', { sha: commit }],
      [
        `/api/datasets/org/name/tree/${commit}`,
        paths.map((path) => ({ type: 'file', path, size: large.length, oid })),
      ],
    ]).get(pathname);
    response.writeHead(json === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(json ?? { error: 'Repository not found' }));
  }

  function sendRange(request: IncomingMessage, response: ServerResponse, etag: string): void {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const [start, end] = [Number(first), Number(last) + 1];
    const headers = { etag: `"${etag}"`, 'content-range': `bytes ${start}-${end - 1}/${large.length}` };
    response.writeHead(206, headers).end(large.subarray(start, end));
  }

  it('reads an address by ranges, and leaves its query out of the report', async () => {
    const io = await scan(['--json', `${origin}/ranged.pkl?signature=secret`]);
    const [file] = JSON.parse(io.written.stdout).files;
    expect(file).toMatchObject({
      path: `${origin}/ranged.pkl`,
      verdict: 'malicious',
      coverage: { sizeBytes: large.length },
    });
    expect(asked[0]).toBe('GET /ranged.pkl bytes=0-0');
    expect(io.written.stdout).not.toContain('secret');
  });

  it('fetches the whole where there are no ranges', async () => {
    const io = await scan(['--json', `${origin}/plain.pkl`]);
    expect(JSON.parse(io.written.stdout).files[0]).toMatchObject({
      verdict: 'malicious',
      coverage: { sizeBytes: large.length },
    });
  });

  it.each(['/gone', '/changing.pkl'])('calls %s unreadable, and nothing clean', async (path) => {
    const io = await scan(['--json', origin + path]);
    expect(io.code).toBe(3);
    const [file] = JSON.parse(io.written.stdout).files;
    expect(file).toMatchObject({ verdict: 'undetermined', coverage: { gaps: [{ code: 'unreadable' }] } });
  });

  it('reads a repository of a Hub by ranges, at the commit that the revision names', async () => {
    const env = { HF_ENDPOINT: origin, HF_TOKEN: 'hf_secret' };
    const io = await scan(['--json', 'hf://datasets/org/name@v1'], { env });
    expect(io.code).toBe(1);
    expect(JSON.parse(io.written.stdout).files).toMatchObject([
      { path: `hf://datasets/org/name@${commit}/other.pkl`, verdict: 'malicious' },
      { path: `hf://datasets/org/name@${commit}/sub/model.pkl`, verdict: 'malicious' },
      { path: expect.stringContaining('bad'), verdict: 'undetermined' },
    ]);
    const part = await scan(['--json', 'hf://datasets/org/name@v1/sub'], { env });
    expect(paths(part)[0]).toBe(`hf://datasets/org/name@${commit}/sub/model.pkl`);
    const absent = await scan(['hf://org/other'], { env });
    expect(absent.code).toBe(2);
    expect(absent.written.stderr).toContain('hf://org/other');
    expect(absent.written.stderr).not.toContain('hf_secret');
  });
});
