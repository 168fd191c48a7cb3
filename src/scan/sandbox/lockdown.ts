import { registerHooks } from 'node:module';

/** Builtin modules that parsers may still load: they compute, and reach nothing outside the process. */
const COMPUTING = new Set([
  'assert',
  'async_hooks',
  'buffer',
  'crypto',
  'events',
  'path',
  'path/posix',
  'stream',
  'stream/promises',
  'stream/web',
  'string_decoder',
  'url',
  'util',
  'util/types',
  'zlib',
]);

const PROCESS_POWERS = [
  '_debugEnd',
  '_debugProcess',
  '_kill',
  '_linkedBinding',
  'abort',
  'binding',
  'chdir',
  'dlopen',
  'getBuiltinModule',
  'kill',
  'loadEnvFile',
  'report',
  'setegid',
  'seteuid',
  'setgid',
  'setgroups',
  'setuid',
];

const NETWORK_GLOBALS = ['EventSource', 'WebSocket', 'fetch'];

/**
 * Takes from this process what Node's permission model leaves it: loading builtin modules that reach outside (the
 * network, which the model does not cover, and `node:sqlite`, which writes where reading alone is granted), signals to
 * other processes, code made from text, and new properties on the prototypes that all objects share.
 *
 * This holds against JavaScript that a parser was tricked into, as the permission model does; neither holds against
 * machine code. Against that stand the operating system's own fences (see `launch.ts`).
 */
export function lockDown(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      if (resolved.url.startsWith('node:') && !COMPUTING.has(resolved.url.slice('node:'.length))) {
        throw Object.assign(new Error(`${resolved.url} is not for parsers`), { code: 'ERR_ACCESS_DENIED' });
      }
      return resolved;
    },
  });
  for (const name of PROCESS_POWERS) Reflect.deleteProperty(process, name);
  for (const name of NETWORK_GLOBALS) Reflect.deleteProperty(globalThis, name);
  forbidCodeFromText();
  for (const shared of [Object, Function, Array, String, Number, Boolean, Promise, RegExp, Map, Set]) {
    Object.preventExtensions(shared.prototype);
  }
}

/** V8 has a flag for this; with it Node's own code would be compiled anew at each start, which costs 20 ms. */
function forbidCodeFromText(): void {
  Reflect.deleteProperty(globalThis, 'eval');
  const kinds = [() => {}, async () => {}, function* () {}, async function* () {}];
  for (const prototype of kinds.map((kind) => Object.getPrototypeOf(kind))) {
    Object.defineProperty(prototype, 'constructor', { value: refuse, writable: false, configurable: false });
  }
  Object.defineProperty(globalThis, 'Function', { value: refuse, writable: false, configurable: false });
}

function refuse(): never {
  throw Object.assign(new Error('no code is made from text here'), { code: 'ERR_ACCESS_DENIED' });
}
