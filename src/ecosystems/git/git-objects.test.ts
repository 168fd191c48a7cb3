import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GitOid, isGitOid, isSha256 } from '#kernel';
import { parseGitIgnore, parseLfsAttributes } from './git-attributes.ts';
import { renderGitCommit } from './git-commit.ts';
import { hashGitBlob, hashGitObject } from './git-object.ts';
import { buildGitTrees } from './git-tree.ts';
import { parseLfsPointer, renderLfsPointer } from './lfs-pointer.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-git-'));
  git(['init', '-q', '.']);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Nothing of the machine's own configuration takes part. */
const SETTINGS = [
  ...['core.autocrlf=false', 'core.excludesFile=', 'core.attributesFile='],
  ...['user.name=robot', 'user.email=robot@sallyport.invalid'],
].flatMap((pair) => ['-c', pair]);

function git(args: readonly string[], input: string | Uint8Array = ''): string {
  const dates = ['AUTHOR', 'COMMITTER'].map((who) => `GIT_${who}_DATE=1700000000 +0000`);
  const command = [...dates, 'git', ...SETTINGS, ...args];
  return execFileSync('env', command, { cwd: folder, input, encoding: 'utf8', stdio: 'pipe' });
}

/** Names that sort differently as text, as bytes and as folders. */
const NAMES = ['a', 'a.b', 'a-b', 'a0', 'ab', 'B', 'z', 'ü', '\u{1f600}', '\uff5e', 'a b'];

describe('Git objects', () => {
  it('have the ids that git gives them', () => {
    const name = fc.constantFrom(...NAMES);
    const tree = fc.dictionary(
      fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
      fc.uint8Array({ maxLength: 20 }),
      { minKeys: 1, maxKeys: 12 },
    );
    fc.assert(
      fc.property(tree, fc.string(), (contents, message) => {
        const all = Object.entries(contents);
        const entries = all.filter(([path]) => !all.some(([other]) => other.startsWith(`${path}/`)));
        const files = entries.map(([path, bytes]) => ({ path, gitOid: hashGitBlob(bytes), bytes }));
        for (const file of files) {
          expect(git(['hash-object', '-w', '--stdin'], file.bytes).trim()).toBe(file.gitOid);
        }
        const index = files.map((file) => `100644 ${file.gitOid}\t${file.path}\0`).join('');
        git(['read-tree', '--empty']);
        git(['update-index', '-z', '--index-info'], index);
        const root = buildGitTrees(files).get('');
        expect(root?.oid).toBe(git(['write-tree']).trim());
        if (root === undefined) return;
        const commit = renderGitCommit({
          tree: root.oid,
          parents: [],
          author: 'A. Person\n<x@y>',
          createdAt: new Date(1_700_000_000_500),
          title: 'Title',
          message,
        });
        const id = hashGitObject('commit', commit);
        // git checks the object before it takes it.
        expect(git(['hash-object', '-t', 'commit', '-w', '--stdin'], commit).trim()).toBe(id);
      }),
      { numRuns: 15 },
    );
  });

  it('agree with git commit-tree on a commit with parents', () => {
    const tree = git(['write-tree']).trim();
    const parent = git(['commit-tree', tree, '-m', 'p']).trim();
    const expected = git(['commit-tree', tree, '-p', parent, '-m', 'One', '-m', 'Two']).trim();
    const bytes = renderGitCommit({
      tree: asOid(tree),
      parents: [asOid(parent)],
      author: 'robot',
      createdAt: new Date(1_700_000_000_000),
      title: 'One',
      message: 'Two',
    });
    expect(hashGitObject('commit', bytes)).toBe(expected);
  });

  it('refuse a path that is a file and a folder', () => {
    const gitOid = hashGitBlob(new Uint8Array());
    for (const paths of [
      ['a', 'a/b'],
      ['a/b', 'a'],
      ['x', 'x'],
    ]) {
      expect(() => buildGitTrees(paths.map((path) => ({ path, gitOid })))).toThrow(
        expect.objectContaining({ code: 'path-conflict' }),
      );
    }
  });
});

describe('LFS pointers', () => {
  const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/).filter(isSha256);

  it('come back as they were written', () => {
    fc.assert(
      fc.property(sha256, fc.maxSafeNat(), (digest, sizeBytes) => {
        const pointer = { sha256: digest, sizeBytes: Math.min(sizeBytes, 9e15) };
        expect(parseLfsPointer(Buffer.from(renderLfsPointer(pointer)))).toEqual(pointer);
      }),
    );
  });

  it('are nothing but their canonical form', () => {
    const digest = 'a'.repeat(64);
    if (!isSha256(digest)) throw new Error(digest);
    const text = renderLfsPointer({ sha256: digest, sizeBytes: 12 });
    for (const bad of [
      `${text}\n`,
      text.trimEnd(),
      text.replace('size 12', 'size 012'),
      text.replace('\nsize', '\next-0-foo sha256:abc\nsize'),
      text.replaceAll('\n', '\r\n'),
      text.replace('a', 'A'),
      text + 'x'.repeat(2_000),
    ]) {
      expect(parseLfsPointer(Buffer.from(bad))).toBeUndefined();
    }
  });
});

describe('path patterns', () => {
  const segment = fc.constantFrom('a', 'b', 'ab', 'a.bin', 'b.txt', '.x');
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const glob = fc
    .array(fc.constantFrom('a', 'b', '*', '?', '.bin', '[ab]', '[!a]', '**', '/', '.txt'), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) => parts.join(''))
    .filter((text) => !text.includes('//') && !/\*\*\*|[^/]\*\*|\*\*[^/]/.test(text));

  it('ignore what git ignores', () => {
    const rule = fc.tuple(fc.constantFrom('', '', '!'), glob).map(([not, text]) => not + text);
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 4 }),
        fc.uniqueArray(path, { maxLength: 12 }),
        (rules, paths) => {
          writeFileSync(join(folder, '.gitignore'), `${rules.join('\n')}\n`);
          const isIgnored = parseGitIgnore(rules.join('\n'));
          const ours = paths.filter(isIgnored).sort();
          expect(ours).toEqual(checkIgnore(paths).sort());
        },
      ),
      { numRuns: 80 },
    );
    rmSync(join(folder, '.gitignore'));
  });

  it('give to LFS what git gives to LFS', () => {
    const rule = fc
      .tuple(glob, fc.constantFrom('filter=lfs diff=lfs -text', 'filter=lfs', '-filter', 'text'))
      .map((pair) => pair.join(' '));
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 4 }),
        fc.uniqueArray(path, { minLength: 1, maxLength: 12 }),
        (rules, paths) => {
          const text = `${rules.join('\n')}\n`;
          writeFileSync(join(folder, '.gitattributes'), text);
          const answers = git(
            ['check-attr', '--stdin', '-z', 'filter'],
            paths.map((item) => `${item}\0`).join(''),
          );
          const fields = answers.split('\0');
          const isLfs = parseLfsAttributes(text);
          paths.forEach((item, index) => {
            expect(isLfs(item), `${item} under ${text}`).toBe(fields[index * 3 + 2] === 'lfs');
          });
        },
      ),
      { numRuns: 80 },
    );
    rmSync(join(folder, '.gitattributes'));
  });

  it('end in an error where matching would not end', () => {
    const isIgnored = parseGitIgnore(`${'*a'.repeat(100)}b\n`.repeat(300));
    const paths = Array.from({ length: 256 }, () => `${'a'.repeat(250)}/`.repeat(8) + 'a'.repeat(200));
    expect(() => paths.filter(isIgnored)).toThrow(expect.objectContaining({ code: 'limit-exceeded' }));
    expect(() => parseGitIgnore('a\n'.repeat(1_001))).toThrow(
      expect.objectContaining({ code: 'limit-exceeded' }),
    );
    expect(() => parseGitIgnore('a'.repeat(300))).toThrow(
      expect.objectContaining({ code: 'limit-exceeded' }),
    );
  });
});

/** The paths must exist as files: git asks whether a parent is a folder. */
function checkIgnore(paths: readonly string[]): string[] {
  try {
    return git(['check-ignore', '--no-index', '--stdin', '-z'], paths.map((item) => `${item}\0`).join(''))
      .split('\0')
      .filter((item) => item !== '');
  } catch (error) {
    if ((error as { status?: number }).status === 1) return [];
    throw error;
  }
}

function asOid(text: string): GitOid {
  if (!isGitOid(text)) throw new Error(`not an object id: ${text}`);
  return text;
}
