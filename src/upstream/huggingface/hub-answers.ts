import { z } from 'zod';
import { type HubRepoId, isHubPath, isHubRepoId } from '#ecosystems';
import { type GitOid, isGitOid, isSha256, type Log, quote } from '#kernel';
import { UpstreamError } from '../upstream-error.ts';
import type { HubCommit, HubFile, HubInfo } from './hub-upstream.ts';

const Oid = z.string().refine(isGitOid);
const Size = z.int().nonnegative();
const Text = z.string().transform((text) => text.slice(0, 20_000).replaceAll('\0', ''));

const Info = z.looseObject({ sha: Oid });

const TreeFile = z.object({
  type: z.literal('file'),
  path: z.string(),
  size: Size,
  oid: Oid,
  lfs: z.object({ oid: z.string().refine(isSha256), size: Size }).nullish(),
});
const TreeEntry = z.union([TreeFile, z.object({ type: z.string().refine((type) => type !== 'file') })]);

const Ref = z.object({ name: z.string().max(250), ref: z.string().max(250).optional(), targetCommit: Oid });
const Refs = z.object({
  branches: z.array(Ref).max(10_000).default([]),
  tags: z.array(Ref).max(10_000).default([]),
  converts: z.array(Ref).max(10_000).default([]),
  pullRequests: z.array(Ref).max(10_000).nullish(),
});

const Commit = z.object({
  id: Oid,
  title: Text.default(''),
  message: Text.nullish(),
  date: z.iso.datetime({ offset: true }),
  authors: z.array(z.object({ user: Text.optional() })).default([]),
});

/** Deeper than anything the Hub sends. */
const MAX_JSON_DEPTH = 40;

/** Where a client could find the bytes without passing here. */
const SIDE_DOOR = /^x?-?xet|^(?:download|cdn|cas|lfs)_?(?:url|host|endpoint)$/i;

export function parseInfo(json: unknown): HubInfo {
  const info = parse(Info, json, 'repository info');
  return { commit: info.sha, raw: toRecord(sanitizeJson(json)) };
}

/** Files with a path that no client could be given are left out: what is not listed is never served. */
export function parseTreePage(json: unknown, log: Log): readonly HubFile[] {
  const files: HubFile[] = [];
  for (const entry of parse(z.array(z.unknown()), json, 'tree')) {
    const file = parse(TreeEntry, entry, 'tree entry');
    if (!('path' in file)) continue;
    if (!isHubPath(file.path)) {
      log.warn('upstream file left out: its path cannot be served', { path: quote(file.path) });
      continue;
    }
    files.push({
      path: file.path,
      sizeBytes: file.lfs?.size ?? file.size,
      gitOid: file.oid,
      sha256: file.lfs?.oid,
    });
  }
  return files;
}

export function parseRefs(json: unknown): readonly {
  readonly kind: 'branch' | 'tag' | 'pull-request';
  readonly name: string;
  readonly commit: GitOid;
}[] {
  const refs = parse(Refs, json, 'refs');
  return [
    ...refs.branches.map((ref) => ({ kind: 'branch' as const, name: ref.name, commit: ref.targetCommit })),
    // A converted branch is asked for by its whole name.
    ...refs.converts.map((ref) => ({
      kind: 'branch' as const,
      name: ref.ref ?? ref.name,
      commit: ref.targetCommit,
    })),
    ...refs.tags.map((ref) => ({ kind: 'tag' as const, name: ref.name, commit: ref.targetCommit })),
    ...(refs.pullRequests ?? []).map((ref) => ({
      kind: 'pull-request' as const,
      name: ref.ref ?? ref.name,
      commit: ref.targetCommit,
    })),
  ];
}

export function parseCommits(json: unknown): readonly HubCommit[] {
  return parse(z.array(Commit), json, 'commits').map((commit) => ({
    commit: commit.id,
    title: commit.title,
    message: commit.message ?? '',
    author: commit.authors.find((author) => author.user !== undefined)?.user ?? '',
    createdAt: new Date(commit.date),
  }));
}

/** Entries without a usable id are left out. */
export function parseList(
  json: unknown,
): readonly ({ readonly [key: string]: unknown } & { readonly id: HubRepoId })[] {
  return parse(z.array(z.unknown()), json, 'list').flatMap((entry) => {
    const record = toRecord(sanitizeJson(entry));
    const { id } = record;
    return typeof id === 'string' && isHubRepoId(id) ? [{ ...record, id }] : [];
  });
}

function parse<T>(schema: z.ZodType<T>, json: unknown, what: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.map(String).join('.').slice(0, 100) ?? '';
  throw new UpstreamError(
    'invalid-answer',
    `the upstream's ${what} is not as the Hub's: ${quote(place)} ${issue?.code}`,
  );
}

/** A copy without side doors, without what a database cannot hold, and without keys that act on prototypes. */
function sanitizeJson(value: unknown, depth = 0): unknown {
  if (depth > MAX_JSON_DEPTH)
    throw new UpstreamError('invalid-answer', 'the upstream nests its JSON too deep');
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed();
  if (Array.isArray(value)) return value.map((item) => sanitizeJson(item, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, item]) => [key.replaceAll('\0', '').toWellFormed(), item] as const)
    .filter(([key]) => !SIDE_DOOR.test(key) && key !== '__proto__');
  return Object.fromEntries(entries.map(([key, item]) => [key, sanitizeJson(item, depth + 1)]));
}

function toRecord(value: unknown): { readonly [key: string]: unknown } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new UpstreamError('invalid-answer', 'expected a JSON object from the upstream');
}
