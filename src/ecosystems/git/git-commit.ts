import type { GitOid } from '#kernel';

export interface GitCommit {
  readonly tree: GitOid;
  readonly parents: readonly GitOid[];
  readonly author: string; // a name; the address is made from it
  readonly createdAt: Date; // whole seconds count
  readonly title: string;
  readonly message: string; // what follows the title
}

/** Reserved for addresses that nobody can receive mail at (RFC 2606). */
const ADDRESS_HOST = 'sallyport.invalid';

/**
 * The bytes of a commit object. They follow from what the store keeps of a version, so that the same commit can be
 * handed to Git at any later time.
 */
export function renderGitCommit(commit: GitCommit): Uint8Array {
  const name = commit.author.replace(/[\p{Cc}<>\n]/gu, '').trim() || 'unknown';
  const mailbox = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '') || 'unknown';
  const seconds = Math.floor(commit.createdAt.getTime() / 1000);
  const person = `${name} <${mailbox}@${ADDRESS_HOST}> ${seconds} +0000`;
  const text = commit.message === '' ? commit.title : `${commit.title}\n\n${commit.message}`;
  return Buffer.from(
    [
      `tree ${commit.tree}`,
      ...commit.parents.map((parent) => `parent ${parent}`),
      `author ${person}`,
      `committer ${person}`,
      '',
      `${text.replaceAll('\0', '')}\n`,
    ].join('\n'),
  );
}
