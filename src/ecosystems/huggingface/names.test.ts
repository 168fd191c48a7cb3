import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHubPath, parseHubPath } from './hub-path.ts';
import { isHubRevision, parseHubRevision } from './hub-revision.ts';
import { isHubRepoId, parseHubRepoId } from './repo-id.ts';

describe('repository ids', () => {
  it.each(['gpt2', 'org/model', 'Org-1/my_model.v2', '_x/_y', 'a/b', `${'a'.repeat(47)}/${'b'.repeat(48)}`])(
    'takes %s',
    (id) => expect(parseHubRepoId(id)).toBe(id),
  );

  it.each([
    ...['', '/', 'a/', '/a', 'a/b/c', 'a//b', '.', '..', 'a/..', 'a/.b', '-a', 'a-', 'a/b.', 'a--b', 'a..b'],
    ...['a/b.git', 'a/b.GIT', 'a b', 'a/b\n', 'a/b\u0000', 'a%2Fb', 'a\\b', 'ä/b', `a/${'b'.repeat(95)}`],
    ...['datasets/x', 'API', 'Spaces'],
  ])('refuses %j', (id) => {
    expect(isHubRepoId(id)).toBe(false);
    expect(() => parseHubRepoId(id)).toThrow(expect.objectContaining({ code: 'invalid-repo-id' }));
  });

  it('never lets through what could end a header, leave a folder or start another address', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        if (isHubRepoId(text)) expect(text).toMatch(/^[\w.-]+(\/[\w.-]+)?$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('paths', () => {
  it.each([
    'a',
    'a/b.bin',
    '.gitattributes',
    'a/.hidden/b',
    'x..y',
    '…/ü',
    'a b',
    'back\\slash',
    '...',
    'c:d',
  ])('takes %s', (path) => expect(parseHubPath(path)).toBe(path));

  it.each([
    ...[
      '',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      'a/../b',
      './a',
      'a/..',
      'a/. ',
      '..\\a',
      'a\\..\\b',
      '\\a',
      'C:\\a',
    ],
    ...[
      'C:/a',
      '.git',
      '.git/config',
      'a/.GIT/hooks',
      '.git.',
      'git~1/x',
      'a\u0000b',
      'a\nb',
      'a\u007fb',
      'a\u0085b',
    ],
    ...['\ud800', 'a'.repeat(256), `${'a/'.repeat(64)}a`, 'ä'.repeat(128), `${'abc/'.repeat(600)}x`],
  ])('refuses %j', (path) => {
    expect(isHubPath(path)).toBe(false);
    expect(() => parseHubPath(path)).toThrow(expect.objectContaining({ code: 'invalid-path' }));
  });

  it('never resolves outside the folder it is joined to', () => {
    const nasty = fc.stringMatching(/^[./\\a:~ git]{0,20}$/);
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 40 })), (text) => {
        if (!isHubPath(text)) return;
        for (const separators of [/\//, /[/\\]/]) {
          const parts = text.split(separators);
          expect(parts).not.toContain('..');
          expect(parts[0]).not.toBe('');
        }
        expect(text).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('revisions', () => {
  it.each(['main', 'refs/pr/1', 'v1.0', 'feature/x-y', 'a'.repeat(40), 'HEAD', 'ü'])('takes %s', (text) =>
    expect(parseHubRevision(text)).toBe(text),
  );

  it.each([
    ...[
      '',
      '/',
      'a/',
      '/a',
      'a//b',
      'a..b',
      '.a',
      'a/.b',
      'a.',
      '-a',
      'a b',
      'a~1',
      'a^',
      'a:b',
      'a?',
      'a*',
      'a[',
    ],
    ...['a\\b', 'a@{1}', '@', 'a.lock', 'a.lock/b', 'a\u0000', 'a\n', 'a'.repeat(251), '\ud800'],
  ])('refuses %j', (text) => expect(isHubRevision(text)).toBe(false));
});
