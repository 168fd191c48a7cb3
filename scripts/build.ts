import { rm, utimes } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { build } from 'vite';

/**
 * Bundles the release: `dist/main.js`, the program with one lazy chunk per command, and `dist/engine/engine.mjs`, the
 * engine process with one lazy chunk per format. Usage: `node scripts/build.ts [folder]`.
 */
const ROOT = join(import.meta.dirname, '..');
const outDir = resolve(process.argv[2] ?? join(ROOT, 'dist'));

/** Small pure JavaScript that start-up waits for. Everything else stays a dependency, WebAssembly above all. */
const BUNDLED = ['commander'];
/** An engine process may read nothing but its own program, so that all of it is in the bundle. */
const isOutsideEngine = (id: string) => isBuiltin(id);
const isOutsideMain = (id: string) =>
  isBuiltin(id) || (/^[@a-z]/.test(id) && !BUNDLED.some((name) => id === name || id.startsWith(`${name}/`)));

const startedAt = new Date();
await rm(outDir, { recursive: true, force: true });
await bundle('main', 'src/cli/main.ts', outDir, 'js', isOutsideMain);
// Started by their address, as a thread and as a process.
for (const name of ['database-worker', 'create-cluster-main']) {
  await bundle(name, `src/store/database/${name}.ts`, outDir, 'js', isOutsideMain);
}
await bundle('engine', 'src/scan/sandbox/child.ts', join(outDir, 'engine'), 'mjs', isOutsideEngine);
// In a clone a bundle older than any source is not used: it must not seem newer than an edit made meanwhile.
for (const entry of ['main.js', 'engine/engine.mjs']) await utimes(join(outDir, entry), startedAt, startedAt);

async function bundle(
  name: string,
  entry: string,
  folder: string,
  extension: string,
  external: (id: string) => boolean,
): Promise<void> {
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true },
    plugins: [
      { name: 'unused-builtins', generateBundle: (_, bundle) => dropBareBuiltins(Object.values(bundle)) },
    ],
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      target: 'node24',
      minify: false, // stack traces of users are ours to read, and minified code starts no faster
      rolldownOptions: {
        input: { [name]: join(ROOT, entry) },
        external,
        // No module does work when it is imported: what is not used is left out.
        treeshake: { moduleSideEffects: false },
        output: {
          format: 'esm',
          entryFileNames: `[name].${extension}`,
          chunkFileNames: `[name]-[hash].${extension}`,
        },
      },
    },
  });
}

/** Builtin modules are left as bare imports when nothing of them is used; `node:crypto` alone costs 8 ms. */
function dropBareBuiltins(outputs: readonly { readonly type: string; code?: string }[]): void {
  for (const output of outputs) output.code &&= output.code.replaceAll(/^import "node:[^"]+";\n/gm, '');
}
