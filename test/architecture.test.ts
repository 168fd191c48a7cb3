import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '..', 'src');

/** The rooms by floor; imports point down. Kept equal to the table in docs/architecture.md. */
const FLOORS: Readonly<Record<string, number>> = {
  cli: 8,
  server: 7,
  app: 6,
  protocols: 5,
  gate: 4,
  scan: 3,
  store: 3,
  policy: 3,
  upstream: 3,
  formats: 2,
  ecosystems: 2,
  api: 2,
  bytes: 1,
  findings: 1,
  kernel: 0,
};

const SHARED = ['support', 'contracts', 'corpus'].map((name) => join(import.meta.dirname, name));

/** Also run in the browser. */
const BROWSER_ROOMS = new Set(['kernel', 'findings', 'api']);

interface Import {
  readonly file: string;
  readonly room: string;
  readonly protocol: string | undefined;
  readonly target: string;
}

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return walk(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

function readImports(): Import[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;
  return walk(SRC).flatMap((path) => {
    const file = relative(SRC, path).split(sep).join('/');
    const [room = '', second = ''] = file.split('/');
    const text = readFileSync(path, 'utf8');
    return [...text.matchAll(pattern)].map((match) => ({
      file,
      room,
      protocol: room === 'protocols' ? second : undefined,
      target: match[1] ?? match[2] ?? match[3] ?? '',
    }));
  });
}

/** Says what is wrong with one import, or nothing. */
function judge(found: Import): string | undefined {
  const { file, room, target, protocol } = found;
  const floor = FLOORS[room];
  if (floor === undefined) return `${file}: ${room} is not a room`;
  if (target.startsWith('.')) {
    const resolved = join(SRC, file, '..', target);
    const home = protocol === undefined ? join(SRC, room) : join(SRC, room, protocol);
    if (target.endsWith('.json') && resolved === join(SRC, '..', 'package.json')) return undefined;
    // Tests share what stands a real store up, and the samples.
    const isShared = file.endsWith('.test.ts') && SHARED.some((folder) => resolved.startsWith(folder + sep));
    if (isShared) return undefined;
    return resolved.startsWith(home + sep) ? undefined : `${file}: ${target} leaves the room past its face`;
  }
  if (target.startsWith('node:')) {
    const isTest = file.endsWith('.test.ts');
    return BROWSER_ROOMS.has(room) && !isTest
      ? `${file}: ${target} in a room that also runs in the browser`
      : undefined;
  }
  if (!target.startsWith('#')) return undefined;
  const [name = '', id] = target.slice(1).split('/');
  const other = FLOORS[name];
  if (other === undefined) return `${file}: ${target} is not a room`;
  if (id !== undefined && name !== 'protocols') return `${file}: ${target} goes past the face of ${name}`;
  return other < floor ? undefined : `${file}: ${target} does not point down`;
}

describe('the house', () => {
  const imports = readImports();

  it('has imports that point down and enter by the face', () => {
    expect(imports.length).toBeGreaterThan(50);
    expect(imports.map(judge).filter((problem) => problem !== undefined)).toEqual([]);
  });

  it('would notice an import that points up, past a face, or out of a browser room', () => {
    const bad = (file: string, target: string) =>
      judge({ file, room: file.split('/')[0] ?? '', protocol: file.split('/')[1], target });
    expect(bad('store/a.ts', '#gate')).toContain('does not point down');
    expect(bad('store/a.ts', '#upstream')).toContain('does not point down');
    expect(bad('gate/a.ts', '#store/sql.ts')).toContain('past the face');
    expect(bad('gate/a.ts', '../store/sql.ts')).toContain('leaves the room');
    expect(bad('api/a.ts', 'node:fs')).toContain('browser');
    expect(bad('gate/a.ts', '#store')).toBeUndefined();
  });

  it('has only named re-exports in the faces', () => {
    for (const room of Object.keys(FLOORS)) {
      if (room === 'protocols') continue;
      const text = readFileSync(join(SRC, room, 'index.ts'), 'utf8');
      const rest = text
        .replace(/export (?:type )?\{[^}]*\}(?: from '[^']+')?;/g, '')
        .replace(/\/\*\*[\s\S]*?\*\//g, '')
        .trim();
      expect(rest, `${room}/index.ts`).toBe('');
    }
  });
});
