import { z } from 'zod';
import { type HubPath, parseHubPath } from '#ecosystems';
import { type GitOid, isSha256, type Sha256 } from '#kernel';
import type { Store } from '#store';
import { readChunks, readLines } from './body.ts';
import { BoundedWork } from './bounded-work.ts';
import type { HubCall, HubDeps } from './call.ts';
import { HubError } from './hub-error.ts';
import { parseJson } from './request-json.ts';

/** Bytes that came with the commit and are stored; whether as a regular or an LFS file is decided later. */
export interface InlineFile {
  readonly kind: 'file';
  readonly path: HubPath;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
  readonly gitOid: GitOid; // of these bytes
}

export type CommitOperation =
  | InlineFile
  | {
      readonly kind: 'lfs-file';
      readonly path: HubPath;
      readonly sha256: Sha256;
      readonly sizeBytes: number | undefined;
    }
  | { readonly kind: 'delete-file' | 'delete-folder'; readonly path: HubPath };

export interface CommitRequest {
  readonly summary: string;
  readonly description: string;
  readonly parentCommit: string | undefined;
  readonly operations: readonly CommitOperation[];
}

const Line = z.discriminatedUnion('key', [
  z.object({
    key: z.literal('header'),
    value: z.object({
      summary: z.string().default(''),
      description: z.string().nullish(),
      parentCommit: z.string().nullish(),
    }),
  }),
  z.object({
    key: z.literal('file'),
    value: z.object({
      path: z.string(),
      content: z.string(),
      encoding: z.enum(['base64', 'utf-8', 'utf8']).default('utf-8'),
    }),
  }),
  z.object({
    key: z.literal('lfsFile'),
    value: z.object({
      path: z.string(),
      algo: z.string().default('sha256'),
      oid: z.string().refine(isSha256, 'expected a sha256'),
      size: z.int().nonnegative().nullish(),
    }),
  }),
  z.object({ key: z.literal('deletedFile'), value: z.object({ path: z.string() }) }),
  z.object({ key: z.literal('deletedFolder'), value: z.object({ path: z.string() }) }),
]);
type Line = z.infer<typeof Line>;

const MAX_TEXT = 20_000;

/** Files that are written at once, and their bytes: waiting for the disk once per file would take a client's 10 s. */
const PARALLEL_FILES = 8;
const PARALLEL_BYTES = 16 * 1024 * 1024;

/**
 * Reads the lines of a commit as they come and stores the bytes of each file; no more is held than one line and what
 * is being written.
 *
 * @throws {HubError} `invalid-request`, `too-large`, `too-slow`
 */
export async function readCommitRequest(deps: HubDeps, call: HubCall): Promise<CommitRequest> {
  const { limits, store } = deps;
  // Base64 takes four characters for three bytes; the rest is the path and the JSON around them.
  const maxLineBytes = Math.ceil(limits.regularFileBytes / 3) * 4 + 64 * 1024;
  const chunks = readChunks(call.body(), { maxBytes: limits.commitBytes, idleMs: limits.bodyIdleMs });
  let header: Extract<Line, { key: 'header' }>['value'] | undefined;
  const operations: Promise<CommitOperation>[] = [];
  const writing = new BoundedWork(PARALLEL_FILES, PARALLEL_BYTES);
  let lines = 0;
  for await (const bytes of readLines(chunks, maxLineBytes)) {
    if (bytes.length === 0) continue;
    if (++lines > limits.commitLines) {
      throw new HubError('too-large', `a commit may have ${limits.commitLines} operations`);
    }
    const line = parseJson(Line, Buffer.from(bytes).toString('utf8'));
    if (line.key !== 'header') {
      const work = () => toOperation(line, store, limits.regularFileBytes);
      operations.push((await writing.start(bytes.length, work)).done);
      continue;
    }
    if (header !== undefined)
      throw new HubError('invalid-request', 'expected one header, found a second one');
    header = line.value;
  }
  if (header === undefined) throw new HubError('invalid-request', 'expected a header line in the commit');
  return {
    summary: header.summary.slice(0, MAX_TEXT),
    description: (header.description ?? '').slice(0, MAX_TEXT),
    parentCommit: header.parentCommit ?? undefined,
    operations: await Promise.all(operations),
  };
}

async function toOperation(
  line: Exclude<Line, { key: 'header' }>,
  store: Store,
  maxBytes: number,
): Promise<CommitOperation> {
  // Clients name a folder with a `/` at its end.
  const path = parseCommitPath(
    line.key === 'deletedFolder' ? line.value.path.replace(/\/+$/, '') : line.value.path,
  );
  switch (line.key) {
    case 'file':
      return storeInline(store, path, decodeContent(line.value.content, line.value.encoding, maxBytes));
    case 'lfsFile':
      if (line.value.algo !== 'sha256')
        throw new HubError('invalid-request', 'the only hash algorithm here is sha256');
      return { kind: 'lfs-file', path, sha256: line.value.oid, sizeBytes: line.value.size ?? undefined };
    case 'deletedFile':
      return { kind: 'delete-file', path };
    case 'deletedFolder':
      return { kind: 'delete-folder', path };
  }
}

export async function storeInline(store: Store, path: HubPath, bytes: Uint8Array): Promise<InlineFile> {
  await using staged = await store.blobs.stage({ sizeBytes: bytes.length, wantGitOid: true });
  if (bytes.length > 0) await staged.write(bytes);
  const { sha256, sizeBytes, gitOid } = await staged.finish();
  if (gitOid === undefined) throw new TypeError('the store gave no Git id');
  await staged.commit();
  return { kind: 'file', path, sizeBytes, sha256, gitOid };
}

/** @throws {HubError} `invalid-request`: what clients may read is absent is in a write a mistake */
export function parseCommitPath(text: string): HubPath {
  try {
    return parseHubPath(text);
  } catch (error) {
    throw new HubError('invalid-request', error instanceof Error ? error.message : 'invalid path', {
      cause: error,
    });
  }
}

/** @throws {HubError} `invalid-request`, `too-large` */
export function decodeContent(
  content: string,
  encoding: 'base64' | 'utf-8' | 'utf8',
  maxBytes: number,
): Uint8Array {
  const isBase64 = encoding === 'base64';
  // Node skips what is not base64; a client that sends it would store other bytes than it meant.
  if (isBase64 && (content.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(content))) {
    throw new HubError('invalid-request', 'the content of a file is not base64');
  }
  const bytes = Buffer.from(content, isBase64 ? 'base64' : 'utf8');
  if (bytes.length > maxBytes)
    throw new HubError('too-large', `a file in a commit may have ${maxBytes} bytes`);
  return bytes;
}
