import { addAbortSignal, type Readable } from 'node:stream';
import type { PolicyName } from '#api';
import type { Clock, Log, Sha256 } from '#kernel';
import type { Policy } from '#policy';
import type { Scanner } from '#scan';
import type { ByteRange, DecisionRecord, Store, VersionFile } from '#store';
import { Agreement } from './agreement.ts';
import { Decider, isServed } from './decider.ts';
import { type FileBody, openStoredBody } from './file-body.ts';
import { FileReports } from './file-reports.ts';
import { waitAtMost } from './flights.ts';
import { followTransfer } from './follow.ts';
import type { Admission, Gate, GateFile, Resolved } from './gate.ts';
import { GateError } from './gate-error.ts';
import { GateLimits } from './gate-limits.ts';
import { Judge } from './judge.ts';
import { Judgements } from './judgements.ts';
import { Objects, type Origins } from './objects.ts';
import { renderRefusal, renderWarnings } from './refusal.ts';
import { Resolver } from './resolver.ts';
import { readSubject, type Subject } from './subject.ts';
import type { Claim } from './transfer.ts';

/** Between these a client is told to come back; the longer a judgement takes, the later. */
const MIN_RETRY_SECONDS = 2;
const MAX_RETRY_SECONDS = 30;

/** How long clients wait for an answer, and the least that each step may take of it. */
const PATIENCE_MS = 10_000;
const MIN_WAIT_MS = 250;

export interface GateDeps {
  readonly store: Store;
  readonly scanner: Scanner;
  readonly origins: Origins;
  readonly policies: Readonly<Record<PolicyName, Policy>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly publicUrl: string; // where people reach the pages
  readonly limits?: GateLimits;
  /** Called with every decision that is recorded. */
  readonly onDecision?: (decision: DecisionRecord) => void;
}

/**
 * The gate over a store, a scanner and the upstreams. Disposing it stops what runs in the background and waits for
 * that; the store and the scanner are the caller's.
 */
export function createGate(deps: GateDeps): Gate & AsyncDisposable {
  const { store, clock, log, publicUrl } = deps;
  const limits = deps.limits ?? GateLimits.parse({});
  const life = new AbortController();
  const room = { ...deps, limits, signal: life.signal };
  const resolver = new Resolver(room);
  const objects = new Objects(room);
  const fileReports = new FileReports({ ...room, fileDeadlineMs: limits.fileDeadlineMs });
  const decider = new Decider(deps);
  const judge = new Judge({ ...room, objects, fileReports });
  const judgements = new Judgements({ ...room, judge, decider });
  const agreement = new Agreement({ store, clock, log, fileReports, decider });
  const askedAtMs = new WeakMap<Resolved, number>();

  return {
    async resolve(key, ref, signal) {
      const startedAtMs = performance.now();
      signal?.throwIfAborted();
      const origin = objects.origin(key);
      const resolved = await (origin === undefined
        ? resolver.resolveLocal(key, ref)
        : resolver.resolveRemote(origin, key, ref, signal));
      askedAtMs.set(resolved, startedAtMs);
      return resolved;
    },

    async admit(resolved, options = {}) {
      const { version, key } = resolved;
      const known = await store.decisions.current(version.id);
      if (known !== undefined && decider.isStanding(known, key.repository))
        return toAdmission(resolved, known);
      const { decision, startedAt } = judgements.begin(resolved);
      const waitMs = options.waitMs ?? remainingMs(resolved, limits.admitWaitMs);
      const waited = await waitAtMost(decision, waitMs, options.signal);
      if (waited.isDone) return toAdmission(resolved, waited.value);
      const elapsedSeconds = Math.ceil((clock.now().getTime() - startedAt.getTime()) / 1000);
      const retryAfterSeconds = Math.min(MAX_RETRY_SECONDS, Math.max(MIN_RETRY_SECONDS, elapsedSeconds));
      return { kind: 'pending', resolved, retryAfterSeconds };
    },

    async open(admission, path) {
      const subject: Subject = admission.resolved;
      const decision = await agreement.currentDecision(subject);
      if (decision.id !== admission.decision.id) {
        throw new GateError('not-admitted', 'there is a newer decision on this version: ask again');
      }
      const file = await store.versions.file(subject.version.id, path);
      if (file === undefined) throw new GateError('file-not-found', 'this version has no such file');
      const stored = await objects.findStored(subject.key, file);
      return stored === undefined
        ? openRemote(admission.resolved, decision, file)
        : openStored(subject, decision, { ...file, sha256: stored }, stored);
    },

    async judge(versionId, signal) {
      const subject = await readSubject(store, versionId);
      const known = await store.decisions.current(versionId);
      const isDone = known !== undefined && decider.isStanding(known, subject.key.repository);
      return isDone ? known : judgements.run(subject, signal);
    },

    async [Symbol.asyncDispose]() {
      life.abort(new GateError('upstream-unavailable', 'the server is stopping', { retryAfterSeconds: 5 }));
      await Promise.all([judgements.settle(), resolver.settle(), objects[Symbol.asyncDispose]()]);
    },
  };

  function toAdmission(resolved: Resolved, decision: DecisionRecord): Admission {
    if (!isServed(decision)) {
      return { kind: 'refuse', resolved, decision, refusal: renderRefusal(decision, publicUrl) };
    }
    const warnings = renderWarnings(decision, publicUrl, resolved.staleSince);
    return { kind: 'serve', resolved, decision, warnings };
  }

  function openStored(
    subject: Subject,
    decision: DecisionRecord,
    file: VersionFile,
    sha256: Sha256,
  ): GateFile {
    return {
      file,
      isCached: true,
      async stream(range, signal) {
        const part = clip(range, file.sizeBytes);
        signal?.throwIfAborted();
        await agreement.confirm(subject, decision, file, sha256, () => objects.open(sha256));
        return abortable(await openStoredBody(store.blobs, sha256, part), signal);
      },
    };
  }

  /** One request resolves, is admitted and reads: its client's patience is one. */
  function remainingMs(resolved: Resolved, waitMs: number): number {
    const spentMs = performance.now() - (askedAtMs.get(resolved) ?? Number.NEGATIVE_INFINITY);
    return spentMs > PATIENCE_MS ? waitMs : Math.max(Math.min(MIN_WAIT_MS, waitMs), waitMs - spentMs);
  }

  function openRemote(subject: Resolved, decision: DecisionRecord, file: VersionFile): GateFile {
    const claim: Claim = {
      id: JSON.stringify([decision.id, file.path]),
      bind: (sha256) => objects.bind(subject, file, sha256),
      // What was decided while the bytes were on their way counts.
      confirm: async (sha256, open) => {
        const current = await agreement.currentDecision(subject);
        await agreement.confirm(subject, current, file, sha256, open);
      },
    };
    return {
      file,
      isCached: false,
      async stream(range, signal) {
        const part = clip(range, file.sizeBytes);
        signal?.throwIfAborted();
        const transfer = objects.transfer(subject, file);
        const { body, ready } = followTransfer(transfer, claim, part, limits.dripMs);
        try {
          const waited = await waitAtMost(ready, remainingMs(subject, limits.firstByteMs), signal);
          if (!waited.isDone) {
            throw new GateError(
              'upstream-unavailable',
              `this part of the file is still on its way: ${transfer.writtenBytes} of ${file.sizeBytes} bytes are here`,
              { retryAfterSeconds: 5 },
            );
          }
        } catch (error) {
          body.destroy();
          throw error;
        }
        return abortable(body, signal);
      },
    };
  }
}

function abortable(body: FileBody, signal: AbortSignal | undefined): Readable {
  return signal === undefined ? body : addAbortSignal(signal, body);
}

/** @throws {GateError} `range-not-satisfiable` */
function clip(range: ByteRange | undefined, sizeBytes: number): ByteRange {
  if (range === undefined) return { start: 0, end: sizeBytes };
  const end = Math.min(range.end, sizeBytes);
  const isWhole = Number.isSafeInteger(range.start) && Number.isSafeInteger(end);
  if (isWhole && range.start >= 0 && range.start < end) return { start: range.start, end };
  throw new GateError('range-not-satisfiable', `the file has ${sizeBytes} bytes`);
}
