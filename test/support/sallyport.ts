import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from '#api';
import { type ProgramResult, runProgram } from './run-program.ts';

export const PROJECT = join(import.meta.dirname, '..', '..');
const PROGRAM = join(PROJECT, 'bin', 'sallyport.js');

export interface Sallyport extends AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  readonly adminToken: string;
  readonly api: ApiClient;
  readonly pid: number;
  /** JSON lines of the log so far. */
  log(): string;
  /** The command line program, with this server and its admin token in the environment. */
  cli(...args: string[]): Promise<ProgramResult>;
  /** SIGKILL, as a power cut would end it; `startSallyport({ dataDir, adminToken })` opens it again. */
  kill(): Promise<void>;
}

/** Starts the real program on a free port and a data folder of its own, which goes with it. */
export async function startSallyport(
  options: {
    readonly dataDir?: string;
    readonly adminToken?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly port?: number;
  } = {},
): Promise<Sallyport> {
  const isOwn = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sallyport-e2e-')));
  const args = [PROGRAM, 'serve', '--data', dataDir, '--port', String(options.port ?? 0)];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`sallyport serve ended with ${code}:\n${stdout}${stderr}`)),
    );
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const found = /open at (http:\S+)[\s\S]*\n$/.exec(stdout);
      if (found?.[1] !== undefined) resolve(found[1]);
    });
  });
  const adminToken = /SALLYPORT_TOKEN=(\S+)/.exec(stdout)?.[1] ?? options.adminToken;
  if (adminToken === undefined) throw new Error(`no admin token was printed:\n${stdout}`);
  return {
    url,
    dataDir,
    adminToken,
    api: createApiClient({ baseUrl: url, token: adminToken, fetch }),
    pid: child.pid ?? 0,
    log: () => stderr,
    cli: (...cliArgs) =>
      runProgram(process.execPath, [PROGRAM, ...cliArgs], {
        env: { SALLYPORT_URL: url, SALLYPORT_TOKEN: adminToken },
      }),
    kill: () => end(child, 'SIGKILL'),
    async [Symbol.asyncDispose]() {
      await end(child, 'SIGTERM');
      if (isOwn) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}
