#!/usr/bin/env node
// Plain JavaScript that an old Node understands too: it finds a Node that can run the program, and hands over.
import { existsSync, readdirSync, statSync } from 'node:fs';
import * as module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = [24, 12];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) {
  if (process.argv[2] === 'serve') keepYoungHeapSmall();
  module.enableCompileCache?.();
  const { runProcess } = await import(programUrl());
  await runProcess(process);
} else {
  await runWithOwnNode();
}

/**
 * A server lives long: with the default young generation (16 MiB and more a half) its garbage doubles its memory.
 * The flag counts only at the start of a process, so that this process becomes that one.
 */
function keepYoungHeapSmall() {
  const flag = '--max-semi-space-size=2';
  if (process.execve === undefined || process.execArgv.includes(flag)) return;
  process.execve(process.execPath, [process.execPath, ...process.execArgv, flag, ...process.argv.slice(1)]);
}

/** The bundle; in a clone the sources, unless the bundle was built after all of them were last touched. */
function programUrl() {
  const bundle = new URL('../dist/main.js', import.meta.url);
  const sources = new URL('../src/', import.meta.url);
  const builtAt = statSync(bundle, { throwIfNoEntry: false })?.mtimeMs;
  const isOlder = (entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs <= (builtAt ?? 0);
  const isFresh =
    !existsSync(sources) || readdirSync(sources, { recursive: true, withFileTypes: true }).every(isOlder);
  return builtAt !== undefined && isFresh ? bundle : new URL('cli/main.ts', sources);
}

/** In a clone, development dependencies bring a Node of their own. */
async function runWithOwnNode() {
  const node = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (!existsSync(node) || process.env.SALLYPORT_REEXECUTED !== undefined) {
    process.stderr.write(
      `sallyport needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}\n`,
    );
    process.exitCode = 2;
    return;
  }
  const { spawn } = await import('node:child_process');
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, SALLYPORT_REEXECUTED: '1' },
  });
  // Ctrl-C reaches the child from the terminal itself: sent again, it would count as the second one.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    process.stderr.write(`sallyport cannot run ${node}: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code) => {
    process.exitCode = code ?? 3;
  });
}
