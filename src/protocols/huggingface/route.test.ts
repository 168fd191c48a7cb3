import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHubPath, parseHubRepoId, parseHubRevision } from '#ecosystems';
import { AppError } from '#kernel';
import { parseHubRoute } from './route.ts';

const COMMIT = 'a'.repeat(40);
const repo = (id: string, type: 'model' | 'dataset' | 'space' = 'model') => ({
  type,
  id: parseHubRepoId(id),
});

describe('addresses', () => {
  it.each([
    ['/', { kind: 'home' }],
    ['/api/whoami-v2', { kind: 'whoami' }],
    ['/api/telemetry/any/topic', { kind: 'telemetry' }],
    ['/api/models', { kind: 'list', type: 'model' }],
    ['/api/datasets/', { kind: 'list', type: 'dataset' }],
    ['/api/models/gpt2', { kind: 'info', repo: repo('gpt2') }],
    ['/api/models/a/b', { kind: 'info', repo: repo('a/b') }],
    ['/api/models/a%2Fb/revision/refs%2Fpr%2F1', { kind: 'info', repo: repo('a/b'), revision: 'refs/pr/1' }],
    ['/api/models/gpt2/revision/HEAD', { kind: 'info', repo: repo('gpt2'), revision: 'main' }],
    ['/api/spaces/a/b/tree/main', { kind: 'tree', repo: repo('a/b', 'space'), revision: 'main', path: '' }],
    ['/api/models/gpt2/tree/main/x%2Fy', { kind: 'tree', repo: repo('gpt2'), revision: 'main', path: 'x/y' }],
    [
      '/api/models/a/b/tree/refs/pr/7/x/y',
      { kind: 'tree', repo: repo('a/b'), revision: 'refs/pr/7', path: 'x/y' },
    ],
    ['/api/models/a/b/auth-check/write', { kind: 'auth-check', repo: repo('a/b'), isWrite: true }],
    ['/api/models/a/b/branch/feature%2Fx', { kind: 'branch', repo: repo('a/b'), name: 'feature/x' }],
    ['/api/models/a/b/xet-write-token/main', { kind: 'xet-token', repo: repo('a/b') }],
    ['/gpt2/resolve/main/a/b.bin', { kind: 'file', repo: repo('gpt2'), revision: 'main', path: 'a/b.bin' }],
    [
      '/a/b/resolve/v1/resolve/main/x',
      { kind: 'file', repo: repo('a/b'), revision: 'v1', path: 'resolve/main/x' },
    ],
    [
      '/datasets/a/b/raw/main/x',
      { kind: 'file', repo: repo('a/b', 'dataset'), revision: 'main', isRaw: true },
    ],
    [
      `/api/resolve-cache/models/a/b/${COMMIT}/x/y`,
      { kind: 'file', repo: repo('a/b'), revision: COMMIT, path: 'x/y' },
    ],
    ['/a/b.git/info/lfs/objects/batch', { kind: 'lfs-batch', repo: repo('a/b') }],
    ['/spaces/a/b.git/info/refs', { kind: 'git', repo: repo('a/b', 'space') }],
    ['/a/b/info/refs', { kind: 'git', repo: repo('a/b') }],
    ['/lfs-objects/x.y', { kind: 'lfs-object', token: 'x.y' }],
    ['/api/models/a/b/discussions', { kind: 'unsupported' }],
    ['/api/models/a/b/discussions/1/merge', { kind: 'unsupported' }],
    ['/api/daily_papers', { kind: 'unsupported' }],
    ['/api/kernels/a/b', { kind: 'unsupported' }],
  ])('are read: %s', (path, expected) => expect(parseHubRoute(path)).toMatchObject(expected));

  it.each([
    ['/a/b/resolve/main/../../secret', 'invalid-path'],
    ['/a/b/resolve/main/..%2f..%2fsecret', 'invalid-path'],
    ['/a/b/resolve/main/%2e%2e/x', 'invalid-path'],
    ['/a/b/resolve/main/x%0d%0aSet-Cookie:%20a', 'invalid-path'],
    ['/a/b/resolve/main/x%00', 'invalid-path'],
    ['/a/b/resolve/main//etc/passwd', 'invalid-path'],
    ['/a/b/resolve/main/.git/config', 'invalid-path'],
    ['/a/b/resolve/main/%ff', 'invalid-request'],
    ['/a/b/resolve/..%2fx/y', 'invalid-revision'],
    ['/a/..%2fb/resolve/main/x', 'invalid-repo-id'],
    ['/../a/resolve/main/x', 'invalid-repo-id'],
    [`/a/b/resolve/main/${'x'.repeat(9_000)}`, 'invalid-request'],
  ])('are refused: %s', (path, code) => {
    expect(() => parseHubRoute(path)).toThrow(expect.objectContaining({ code }));
  });

  it('come back whatever repository, revision and path they name', () => {
    const name = fc.stringMatching(/^[a-z0-9]{1,8}$/).filter((text) => text !== 'api' && text !== 'models');
    const id = fc.oneof(
      name,
      fc.tuple(name, name).map((pair) => pair.join('/')),
    );
    const segment = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
    const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const revision = fc.constantFrom('main', 'refs/pr/12', 'feature/x', COMMIT);
    fc.assert(
      fc.property(id, revision, path, (repoId, ref, file) => {
        fc.pre(isPath(file));
        const encoded = file.split('/').map(encodeURIComponent).join('/');
        const route = parseHubRoute(`/${repoId}/resolve/${encodeURIComponent(ref)}/${encoded}`);
        expect(route).toEqual({
          kind: 'file',
          repo: repo(repoId),
          revision: parseHubRevision(ref),
          path: parseHubPath(file),
          isRaw: false,
        });
      }),
    );
  });

  it('end in a route or a coded error', () => {
    const part = fc.oneof(
      fc.constantFrom(
        'api',
        'models',
        'a',
        'b.git',
        'resolve',
        'tree',
        '..',
        '%2e',
        '%',
        '',
        'refs',
        'pr',
        'info',
        'lfs',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }).map((text) => encodeURIComponent(text.toWellFormed())),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        try {
          parseHubRoute(`/${parts.join('/')}`);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

function isPath(text: string): boolean {
  try {
    return parseHubPath(text) === text;
  } catch {
    return false;
  }
}
