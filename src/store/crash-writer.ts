import { createHash, randomBytes } from 'node:crypto';
import { isGitOid, isSha256, silentLog, systemClock } from '#kernel';
import { openStore } from './open-store.ts';
import type { NewVersion, Store } from './store.ts';

/** What the writer says on stdout, one JSON line each: first that it will, then that it did. */
export type CrashLine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'will-commit'; readonly revision: string }
  | { readonly kind: 'committed'; readonly revision: string; readonly fileCount: number }
  | { readonly kind: 'blob'; readonly sha256: string; readonly sizeBytes: number }
  | { readonly kind: 'part'; readonly upload: string; readonly partNumber: number; readonly etag: string }
  | { readonly kind: 'decision'; readonly id: string; readonly versionId: string }
  | { readonly kind: 'job'; readonly payload: string }
  /** A job that was running. */
  | { readonly kind: 'taken'; readonly payload: string };

export const CRASH_PART_BYTES = 40_000;

/** The parts of the one upload, which anybody can make again. */
export function crashPart(partNumber: number): Buffer {
  return Buffer.alloc(CRASH_PART_BYTES, `part ${partNumber} `);
}

export const CRASH_PART_COUNT = 60;

/** A program for the test of crashes: writes all kinds of things until it is killed. */
if (process.argv[1] === import.meta.filename) await write(process.argv[2] ?? '');

async function write(dataDir: string): Promise<void> {
  const say = (line: CrashLine) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const store = await openStore({ dataDir, clock: systemClock, log: silentLog });
  const packageId = await findPackage(store);
  say({ kind: 'ready' });
  const sha = createHash('sha256');
  for (let n = 1; n <= CRASH_PART_COUNT; n += 1) sha.update(crashPart(n));
  const upload = await store.uploads.begin({
    packageId,
    sha256: toSha256(sha.digest('hex')),
    sizeBytes: CRASH_PART_BYTES * CRASH_PART_COUNT,
    partBytes: CRASH_PART_BYTES,
    expiresAt: new Date(Date.now() + 3_600_000),
  });
  const taken = randomBytes(8).toString('hex');
  await store.queue.send('sweep-uploads', taken);
  await store.queue.work(
    'sweep-uploads',
    (payload) => {
      if (payload === taken) say({ kind: 'taken', payload: taken });
      return new Promise(() => {});
    },
    4,
  );
  const loops = [
    async () => {
      const expected = (await store.refs.find(packageId, 'main'))?.revision;
      const input = aVersion(packageId, expected === undefined ? [] : [expected]);
      say({ kind: 'will-commit', revision: input.revision });
      const version = await store.versions.commit({ ...input, branch: 'main', expected });
      say({ kind: 'committed', revision: version.revision, fileCount: input.files.length });
      const decision = await store.decisions.record(aDecision(version.id));
      say({ kind: 'decision', id: decision.id, versionId: version.id });
      await store.decisions.record(aDecision(version.id));
    },
    async () => {
      const bytes = randomBytes(Math.floor(Math.random() * 300_000));
      await using staged = await store.blobs.stage({});
      for (let at = 0; at < bytes.length; at += 16_384) await staged.write(bytes.subarray(at, at + 16_384));
      const { sha256, sizeBytes } = await staged.commit();
      say({ kind: 'blob', sha256, sizeBytes });
    },
    async () => {
      const partNumber = 1 + Math.floor(Math.random() * CRASH_PART_COUNT);
      const body = (async function* () {
        yield crashPart(partNumber);
      })();
      const etag = await store.uploads.writePart(upload.id, partNumber, body);
      say({ kind: 'part', upload: upload.id, partNumber, etag });
    },
    async () => {
      const payload = randomBytes(8).toString('hex');
      await store.queue.send('judge-version', payload);
      say({ kind: 'job', payload });
    },
  ];
  await Promise.all(
    loops.map(async (loop) => {
      for (;;) await loop();
    }),
  );
}

async function findPackage(store: Store): Promise<string> {
  const repository =
    (await store.repositories.find('crash')) ??
    (await store.repositories.create({
      name: 'crash',
      protocol: 'huggingface',
      kind: 'local',
      upstreamUrl: undefined,
      upstreamToken: undefined,
      policy: 'balanced',
    }));
  const input = { repositoryId: repository.id, type: 'model', name: 'a/b', isPrivate: false };
  return (await store.packages.ensure(input)).id;
}

function aVersion(packageId: string, parents: readonly string[]): NewVersion {
  const oid = randomBytes(20).toString('hex');
  if (!isGitOid(oid)) throw new TypeError('not a digest');
  const files = Array.from({ length: 1 + Math.floor(Math.random() * 50) }, (_, i) => ({
    path: `file-${i}`,
    sizeBytes: i,
    gitOid: oid,
    sha256: undefined,
    isLfs: false,
  }));
  const text = { title: 't', message: 'm', author: 'a' };
  return { packageId, revision: oid, parents, ...text, createdAt: new Date(), info: {}, files };
}

function aDecision(versionId: string): Parameters<Store['decisions']['record']>[0] {
  return {
    versionId,
    repository: 'crash',
    protocol: 'huggingface',
    packageType: 'model',
    packageName: 'a/b',
    version: 'x',
    effect: 'allow',
    state: 'active',
    verdict: 'clean',
    reasons: [],
    policy: 'balanced',
    policyDigest: '',
    engineFingerprint: '',
    reportDigest: '',
    readBytes: 0,
    elapsedMs: 0,
    decidedAt: new Date(),
    settledAt: undefined,
  };
}

function toSha256(text: string) {
  if (!isSha256(text)) throw new TypeError('not a digest');
  return text;
}
