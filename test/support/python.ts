import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProgramResult, runProgram } from './run-program.ts';
import { PROJECT } from './sallyport.ts';

/** The Python clients that the suite runs, each in a virtual environment of its own. */
const ENVIRONMENTS = {
  'huggingface_hub-1.33.0': ['huggingface_hub==1.33.0'],
  'huggingface_hub-2.0.0': ['huggingface_hub==2.0.0'],
  // tokenizers caps huggingface_hub below 2, so that transformers brings the 1.x client.
  transformers: ['transformers==5.18.0', 'huggingface_hub==1.33.0', 'torch', 'numpy'],
} as const;

export type PythonEnvironment = keyof typeof ENVIRONMENTS;

export interface Python {
  /** Runs a script given as text. */
  run(script: string, env: Readonly<Record<string, string>>): Promise<ProgramResult>;
  /** Runs a program that the environment installed, such as `hf`. */
  program(
    name: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<ProgramResult>;
}

/** Where environments are kept between runs; in the checkout, ignored by Git. */
const HOME = join(PROJECT, 'test', '.cache', 'python');

/**
 * The environment, made when it is not there. Where Python, pip or the packages cannot be had the answer is
 * `undefined` and the suite skips by name, unless `SALLYPORT_REQUIRE_CLIENTS=1` makes that a failure.
 */
export async function openPython(name: PythonEnvironment): Promise<Python | undefined> {
  const folder = join(HOME, name);
  try {
    await install(folder, ENVIRONMENTS[name]);
  } catch (error) {
    if (process.env.SALLYPORT_REQUIRE_CLIENTS === '1') throw error;
    return undefined;
  }
  const bin = join(folder, 'bin');
  const base = { PATH: `${bin}:${process.env.PATH ?? ''}`, HF_HUB_DISABLE_TELEMETRY: '1', NO_COLOR: '1' };
  return {
    run: (script, env) => runProgram(join(bin, 'python'), ['-c', script], { env: { ...base, ...env } }),
    program: (program, args, env) => runProgram(join(bin, program), args, { env: { ...base, ...env } }),
  };
}

async function install(folder: string, packages: readonly string[]): Promise<void> {
  const mark = join(folder, 'installed');
  if (existsSync(mark)) return;
  await mkdir(folder, { recursive: true });
  await must('python3', ['-m', 'venv', '--clear', folder]);
  await must(join(folder, 'bin', 'pip'), ['install', '--quiet', '--retries', '0', ...packages]);
  await writeFile(mark, `${packages.join('\n')}\n`);
}

async function must(command: string, args: readonly string[]): Promise<void> {
  const result = await runProgram(command, args, { timeoutMs: 900_000, env: pipSettings() });
  if (result.code !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${result.code}:\n${result.output}`);
}

/** Where packages come from is the machine's matter. */
function pipSettings(): Record<string, string> {
  const settings = Object.entries(process.env).filter(([name]) => name.startsWith('PIP_'));
  return Object.fromEntries(settings.map(([name, value]) => [name, value ?? '']));
}
