import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '#bytes';
import type { FileReport } from '#findings';
import { createScanner } from '../create-scanner.ts';
import { DEFAULT_LIMITS } from '../engine/limits.ts';
import { ScanError } from '../scan-error.ts';
import { EngineProcess } from './engine-process.ts';
import { launchEngine, sourceProgram } from './launch.ts';
import { Pool } from './pool.ts';
import { Task } from './task.ts';

const POWERS_PROBE = new URL('./fixtures/powers-probe.ts', import.meta.url);
const NETWORK_PROBE = new URL('./fixtures/network-probe.ts', import.meta.url);
const HOSTILE_ENGINE = new URL('./fixtures/hostile-engine.ts', import.meta.url);
const NO_PROGRAM = new URL(`./fixtures/${'no-such-program'}.ts`, import.meta.url);

describe('the fences', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-test-'));
    await writeFile(join(folder, 'secret'), 'secret');
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function probe(program: URL, ...args: string[]): Promise<string> {
    const child = launchEngine(DEFAULT_LIMITS, sourceProgram(program), args);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(stderr).toBe('');
    return stdout;
  }

  it('leave a parser no way to files, processes, modules that act, or shared prototypes', async () => {
    const inside = fileURLToPath(new URL('./written-by-probe', POWERS_PROBE));
    const outcomes = JSON.parse(await probe(POWERS_PROBE, join(folder, 'secret'), inside));
    const denied = 'ERR_ACCESS_DENIED';
    expect(outcomes).toEqual({
      'read a file outside': denied,
      'read the environment of the process': denied,
      'list a folder outside': denied,
      'write beside the program': denied,
      'write outside': denied,
      'remove the program': denied,
      'make a link': denied,
      'start a process': denied,
      'start a worker': denied,
      'load a native addon': 'ERR_DLOPEN_DISABLED',
      'make code from text': denied,
      'make code through an instance': denied,
      'evaluate text': 'done: undefined',
      'load sqlite': 'done: undefined',
      'import the network': denied,
      'import files again': denied,
      'require the network': denied,
      'require processes': denied,
      'ask the process for modules': expect.stringContaining('TypeError'),
      'signal the parent': expect.stringContaining('TypeError'),
      'load by the process': expect.stringContaining('TypeError'),
      fetch: expect.stringContaining('ReferenceError'),
      'pollute all objects': expect.stringContaining('not extensible'),
      'reach the prototype by name': 'done: nothing there',
      compute: 'done: function',
      environment: '',
    });
    expect(existsSync(inside)).toBe(false);
  });

  it('cut the network off wherever they say that they do', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const outcome = await probe(NETWORK_PROBE, String(port));
    server.close();
    if ((await claimedNetwork()) === 'none') expect(outcome).toBe('ENETUNREACH');
    else expect(outcome).toBe('connected');
  });

  async function claimedNetwork(): Promise<string> {
    await using scanner = await createScanner({ processes: 1 });
    return scanner.sandbox.network;
  }
});

describe('a process that was taken over', () => {
  let pool: Pool;
  let nextId = 1;
  beforeAll(() => {
    pool = new Pool({
      processes: 1,
      limits: { ...DEFAULT_LIMITS, maxMembers: 1_000 },
      maxResidentBytes: 200 * 1024 * 1024,
      program: sourceProgram(HOSTILE_ENGINE),
    });
  });
  afterAll(() => pool.close(new ScanError('closed', 'over')));

  function scan(deed: string, deadlineMs = 5_000): Promise<readonly FileReport[]> {
    const task = new Task(nextId++, deed, memorySource(Buffer.from('12345')), deadlineMs);
    pool.add(task);
    return task.result;
  }

  it.each([
    ['hang', 'timeout'],
    ['die', 'crash'],
    ['throw', 'crash'],
    ['fill the heap', 'memory'],
    ['fill buffers', 'memory'],
    ['report on another file', 'crash'],
    ['report on another job', 'crash'],
    ['report twice', 'crash'],
    ['report nothing', 'crash'],
    ['report garbage', 'crash'],
    ['report the wrong shape', 'crash'],
    ['name an unknown rule', 'crash'],
    ['write at length', 'crash'],
    ['announce a giant frame', 'crash'],
    ['send an unknown kind', 'crash'],
    ['send noise', 'crash'],
    ['report without end', 'crash'],
    ['ask for another file', 'crash'],
  ])('that would %s costs its file the gap %s, and the next file nothing', async (deed, gap) => {
    const [bad, good] = await Promise.all([scan(deed, deed === 'hang' ? 200 : 5_000), scan('honest')]);
    expect(bad[0]).toMatchObject({ path: deed, verdict: 'undetermined' });
    expect(bad[0]?.coverage.gaps.map(({ code }) => code)).toEqual([gap]);
    expect(good).toMatchObject([{ path: 'honest', verdict: 'clean', coverage: { gaps: [] } }]);
  });

  it('is not believed about verdicts and bytes', async () => {
    const [lied] = await scan('lie about the verdict');
    expect(lied).toMatchObject({ verdict: 'malicious', coverage: { readBytes: 5, sizeBytes: 5 } });
    expect((await scan('hide a gap'))[0]).toMatchObject({ verdict: 'undetermined' });
  });

  it('is served nothing outside its file', async () => {
    const [report] = await scan('ask outside');
    expect(report?.coverage.gaps.map(({ detail }) => detail)).toEqual(Array(5).fill('out-of-range'));
    expect(report?.coverage.readBytes).toBe(5);
  });

  it('tells a parser’s failure by its message', async () => {
    const [report] = await scan('throw');
    expect(report?.coverage.gaps[0]?.detail).toBe('the engine process died (1): "TypeError: a bug"');
  });
});

describe('the pool', () => {
  it('gives a file that died in a used process one more try in a fresh one, and no third', async () => {
    const pool = new Pool({
      processes: 1,
      limits: DEFAULT_LIMITS,
      maxResidentBytes: 200 * 1024 * 1024,
      program: sourceProgram(HOSTILE_ENGINE),
    });
    const run = (id: number, deed: string) => {
      const task = new Task(id, deed, memorySource(new Uint8Array(1)), 5_000);
      pool.add(task);
      return task;
    };
    await run(1, 'honest').result;
    const doomed = run(2, 'die');
    expect((await doomed.result)[0]?.coverage.gaps[0]?.code).toBe('crash');
    expect(doomed.deaths).toBe(1);
    pool.close(new ScanError('closed', 'over'));
    await expect(run(3, 'honest').result).rejects.toMatchObject({ code: 'closed' });
  });

  it('says so when no engine process can be started', async () => {
    const pool = new Pool({
      processes: 1,
      limits: DEFAULT_LIMITS,
      maxResidentBytes: 1,
      program: sourceProgram(NO_PROGRAM),
    });
    await expect(pool.hello).rejects.toMatchObject({ code: 'sandbox-unavailable' });
  });

  it('cancels what waits and what runs, and serves the others', async () => {
    await using scanner = await createScanner({ processes: 1 });
    const controller = new AbortController();
    const never = { sizeBytes: 10, read: () => new Promise<Uint8Array>(() => {}) };
    const waiting = scanner.scanFile('waits', never, { signal: controller.signal });
    const other = scanner.scanFile('other', memorySource(Buffer.from('plain text')));
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    expect((await other)[0]?.verdict).toBe('clean');
    await expect(scanner.scanFile('late', never, { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('gives the same reports over many processes as over one, in any order of arrival', async () => {
    const files = Array.from({ length: 120 }, (_, index) =>
      Buffer.from(`file ${index}\n`.repeat(1 + (index % 7) * 3_000)),
    );
    const all = async (processes: number) => {
      await using scanner = await createScanner({ processes });
      return await Promise.all(
        files.map((bytes, index) => scanner.scanFile(`f${index}.txt`, memorySource(bytes))),
      );
    };
    expect(await all(2)).toEqual(await all(1));
  });
});

it('EngineProcess tells one exit, also when nothing could be started', async () => {
  const exits: string[] = [];
  await new Promise<void>((resolve) => {
    new EngineProcess(DEFAULT_LIMITS, sourceProgram(NO_PROGRAM), {
      onFrame() {},
      onExit({ status }) {
        exits.push(status);
        resolve();
      },
    });
  });
  expect(exits).toEqual(['1']);
});
