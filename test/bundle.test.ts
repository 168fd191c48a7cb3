import { spawnSync } from 'node:child_process';
import { copyFile, cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
/** Writes the path of every file module that the program loads to standard error. */
const LOADED = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) { if (url.startsWith('file:')) process.stderr.write(url + '\\n'); return next(url, context); } });
`)}`;

/** What a release unpacks to, without its dependencies: a scan of a local file needs none. */
let release = '';
beforeAll(async () => {
  release = await mkdtemp(join(tmpdir(), 'sallyport-release-'));
  await cp(join(ROOT, 'bin'), join(release, 'bin'), { recursive: true });
  await copyFile(join(ROOT, 'package.json'), join(release, 'package.json'));
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts/build.ts'), join(release, 'dist')], {
    encoding: 'utf8',
  });
  expect(built.stderr).not.toMatch(/error/i);
  expect(built.status).toBe(0);
}, 120_000);
afterAll(() => rm(release, { recursive: true, force: true }));

function run(...args: string[]) {
  const options = { encoding: 'utf8', cwd: release, env: {} } as const;
  const ran = spawnSync(process.execPath, ['--import', LOADED, 'bin/sallyport.js', ...args], options);
  return {
    ...ran,
    loaded: ran.stderr
      .split('\n')
      .filter((line) => line.startsWith('file:'))
      .map((url) => basename(url)),
  };
}

it('keeps the entry small: everything else is loaded when it is needed', async () => {
  expect((await stat(join(release, 'dist/main.js'))).size).toBeLessThan(12_000);
});

it('loads nothing but the entry to say its version', () => {
  const { stdout, loaded } = run('--version');
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(loaded).toEqual(['sallyport.js', 'main.js']);
});

it('loads no command to print its help', () => {
  const { loaded } = run('--help');
  expect(loaded.filter((name) => !name.startsWith('commander'))).toEqual(['sallyport.js', 'main.js']);
});

it('keeps the parsers out of the program, and everything but its own files out of the engine', async () => {
  const folder = join(release, 'dist/engine');
  for (const name of await readdir(folder)) {
    const code = await readFile(join(folder, name), 'utf8');
    const outside = [...code.matchAll(/^import .*?"([^"]+)";$|\bimport\("([^"]+)"\)/gm)].map(
      (found) => found[1] ?? found[2] ?? '',
    );
    expect(
      outside.filter((target) => !/^(?:node:|\.\/[\w.-]+\.mjs$)/.test(target)),
      name,
    ).toEqual([]);
    expect(code, name).not.toMatch(/\brequire\(/);
  }
  const program = (await readdir(join(release, 'dist'))).filter((name) => name.endsWith('.js'));
  for (const name of program) {
    expect(await readFile(join(release, 'dist', name), 'utf8'), name).not.toContain('known-classes');
  }
});

it('scans with the bundle alone, and loads little for it', async () => {
  await writeFile(join(release, 'bad.pkl'), "cposix\nsystem\n(S'echo SALLYPORT_INERT'\ntR.");
  const { status, stdout, loaded } = run('scan', '--json', 'bad.pkl');
  expect(status).toBe(1);
  expect(JSON.parse(stdout).files).toMatchObject([
    { path: 'bad.pkl', format: 'pickle', verdict: 'malicious' },
  ]);
  const sizes = await Promise.all(
    loaded
      .filter((name) => name !== 'sallyport.js')
      .map(async (name) => (await stat(join(release, 'dist', name))).size),
  );
  expect(loaded.length).toBeLessThan(12);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(260_000);
});
