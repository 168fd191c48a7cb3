import type { Readable } from 'node:stream';
import type { Effect } from '#api';
import { type Admission, type Gate, GateError, type Resolved } from '#gate';
import { isSha256 } from '#kernel';
import type { DecisionRecord, Store } from '#store';

/** What a test has the gate say of a package, by its name. */
export type Word = Effect | 'pending';

export interface FakeGate extends Gate {
  readonly words: Map<string, Word>;
  /** Names of packages that were asked about, in order. */
  readonly asked: string[];
}

/** A gate over local packages that says what it is told. Everything else is the real store. */
export function createFakeGate(store: Store, publicUrl: string): FakeGate {
  const words = new Map<string, Word>();
  const asked: string[] = [];

  function admit(resolved: Resolved): Admission {
    const word = words.get(resolved.package.name) ?? 'allow';
    asked.push(resolved.package.name);
    if (word === 'pending') return { kind: 'pending', resolved, retryAfterSeconds: 3 };
    const decision = decide(resolved, word);
    const decisionUrl = `${publicUrl}/decisions/d1`;
    if (word === 'allow') return { kind: 'serve', resolved, decision, warnings: [] };
    const line = `${word} by policy test/rule: pickle/dangerous-call in weights.bin. See ${decisionUrl}`;
    if (word === 'warn') return { kind: 'serve', resolved, decision, warnings: [line] };
    const finding = 'pickle/dangerous-call';
    return {
      kind: 'refuse',
      resolved,
      decision,
      refusal: {
        effect: word,
        decisionId: 'd1',
        policyRule: 'test/rule',
        finding,
        file: 'weights.bin',
        decisionUrl,
        line,
      },
    };
  }

  return {
    words,
    asked,
    async resolve(key, ref) {
      const found = await store.packages.find(key.repository.id, key.type, key.name);
      if (found === undefined) throw new GateError('package-not-found', `no such ${key.type}`);
      const name = await store.refs.find(found.id, ref);
      const version = await store.versions.find(found.id, name?.revision ?? ref);
      if (version === undefined) throw new GateError('revision-not-found', 'no such revision');
      return { key, package: found, version, ref, isStale: false };
    },
    admit: async (resolved) => admit(resolved),
    async open(admission, path) {
      const file = await store.versions.file(admission.resolved.version.id, path);
      const { sha256 } = file ?? {};
      if (file === undefined || sha256 === undefined) throw new GateError('file-not-found', 'no such file');
      const stream = (range?: { start: number; end: number }): Promise<Readable> =>
        store.blobs.stream(sha256, range);
      return { file, isCached: true, stream };
    },
    async judge(versionId) {
      const version = await store.versions.get(versionId);
      throw new Error(`the fake gate does not judge ${version.revision}`);
    },
  };
}

function decide(resolved: Resolved, effect: Effect): DecisionRecord {
  const digest = 'a'.repeat(64);
  if (!isSha256(digest)) throw new Error(digest);
  return {
    id: 'd1',
    versionId: resolved.version.id,
    repository: resolved.key.repository.name,
    protocol: 'huggingface',
    packageType: resolved.key.type,
    packageName: resolved.key.name,
    version: resolved.version.revision,
    effect,
    state: 'active',
    verdict: effect === 'allow' ? 'clean' : 'malicious',
    reasons: [],
    policy: 'balanced',
    policyDigest: digest,
    engineFingerprint: 'test',
    reportDigest: digest,
    readBytes: 0,
    elapsedMs: 0,
    decidedAt: new Date(0),
    settledBy: undefined,
    settledReason: undefined,
    settledAt: undefined,
  };
}
