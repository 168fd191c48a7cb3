import type { Clock, Log } from '#kernel';
import type { RefRecord, Store, VersionRecord } from '#store';
import { UpstreamError } from '#upstream';
import { ExpiringMap } from './expiring-map.ts';
import { Flights, type Waited, waitAtMost } from './flights.ts';
import type { Resolved } from './gate.ts';
import { GateError } from './gate-error.ts';
import type { GateLimits } from './gate-limits.ts';
import type { Origin, PackageKey } from './origin.ts';
import { describeUpstream, isOutage, toGateError } from './upstream-failure.ts';

/** Answers that are kept in memory; each is some hundred bytes. */
const MAX_ANSWERS = 10_000;

interface Answer {
  readonly revision: string;
  /** The moment the upstream said so, when it could not be asked again. */
  readonly staleSince: Date | undefined;
}

export interface ResolverDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: GateLimits;
  readonly signal: AbortSignal; // of the gate's life
}

/** Refs to immutable versions: ours from the store, the others by asking their upstream, seldom. */
export class Resolver {
  readonly #deps: ResolverDeps;
  readonly #answers: ExpiringMap<Answer>;
  readonly #absences: ExpiringMap<GateError>;
  readonly #questions = new Flights<Resolved>();

  constructor(deps: ResolverDeps) {
    this.#deps = deps;
    this.#answers = new ExpiringMap(deps.clock, MAX_ANSWERS);
    this.#absences = new ExpiringMap(deps.clock, MAX_ANSWERS);
  }

  async resolveLocal(key: PackageKey, ref: string): Promise<Resolved> {
    const { store } = this.#deps;
    const found = await store.packages.find(key.repository.id, key.type, key.name);
    if (found === undefined) {
      throw new GateError('package-not-found', `Repository ${key.repository.name} has no such ${key.type}`);
    }
    // A revision goes before a ref of the same name: whoever pins one gets that one.
    const exact = await store.versions.find(found.id, ref);
    const version = exact ?? (await this.#followRef(found.id, ref))?.version;
    if (version === undefined) {
      throw new GateError('revision-not-found', `This ${key.type} has no such revision`);
    }
    return { key, package: found, version, ref, isStale: false };
  }

  /** @throws {GateError} */
  async resolveRemote(
    origin: Origin,
    key: PackageKey,
    ref: string,
    signal: AbortSignal | undefined,
  ): Promise<Resolved> {
    const { limits } = this.#deps;
    const id = JSON.stringify([key.repository.id, key.type, key.name, ref]);
    const known = await this.#recall(id, key, ref);
    if (known !== undefined) return known;
    const absence = this.#absences.get(id);
    if (absence !== undefined) throw absence;

    const question = this.#questions.join(id, () => this.#ask(origin, id, key, ref));
    const last = await this.#lastKnown(key, ref);
    let waited: Waited<Resolved>;
    try {
      const waitMs = last === undefined ? limits.upstreamWaitMs : limits.staleWaitMs;
      waited = await waitAtMost(question, waitMs, signal);
    } catch (error) {
      if (last === undefined || !isOutage(error)) throw toGateError(error, key.repository);
      return this.#fallBack(id, last);
    }
    if (waited.isDone) return waited.value;
    if (last !== undefined) return this.#fallBack(id, last);
    throw new GateError('upstream-unavailable', `${describeUpstream(key.repository)} has not answered yet`, {
      retryAfterSeconds: 5,
    });
  }

  async settle(): Promise<void> {
    await this.#questions.settle();
  }

  /** What needs no question: an exact revision that is stored, and a ref that was asked for a moment ago. */
  async #recall(id: string, key: PackageKey, ref: string): Promise<Resolved | undefined> {
    const { store, clock, limits } = this.#deps;
    const found = await store.packages.find(key.repository.id, key.type, key.name);
    if (found === undefined) return undefined;
    const exact = await store.versions.find(found.id, ref);
    if (exact !== undefined) return { key, package: found, version: exact, ref, isStale: false };
    const answer = this.#answers.get(id);
    if (answer !== undefined) {
      const version = await store.versions.find(found.id, answer.revision);
      if (version !== undefined) return { key, package: found, version, ref, ...toStale(answer.staleSince) };
    }
    const followed = await this.#followRef(found.id, ref);
    if (followed === undefined) return undefined;
    // A moment in the future is a clock that was set back: not fresh.
    const ageMs = clock.now().getTime() - followed.record.checkedAt.getTime();
    const isFresh = ageMs >= 0 && ageMs < limits.refFreshMs;
    return isFresh ? { key, package: found, version: followed.version, ref, isStale: false } : undefined;
  }

  /** Asks the upstream and records what it says. Throws what the origin throws. */
  async #ask(origin: Origin, id: string, key: PackageKey, ref: string): Promise<Resolved> {
    const { store, clock, limits } = this.#deps;
    const deadline = AbortSignal.timeout(limits.upstreamDeadlineMs);
    const signal = AbortSignal.any([this.#deps.signal, deadline]);
    try {
      const named = await origin.resolve(key, ref, signal);
      const found = await store.packages.ensure({
        repositoryId: key.repository.id,
        type: key.type,
        name: key.name,
        isPrivate: false,
      });
      const stored = await store.versions.find(found.id, named.revision);
      const version = stored ?? (await this.#describe(origin, key, found.id, named.revision, signal));
      if (named.name !== named.revision) {
        await store.refs.put(found.id, { ...named, checkedAt: clock.now() });
      }
      this.#answers.set(id, { revision: version.revision, staleSince: undefined }, limits.refFreshMs);
      return { key, package: found, version, ref, isStale: false };
    } catch (error) {
      if (deadline.aborted) throw new UpstreamError('unavailable', 'no answer in time', { cause: error });
      const translated = toGateError(error, key.repository);
      const isAbsent =
        translated instanceof GateError &&
        (translated.code === 'package-not-found' || translated.code === 'revision-not-found');
      if (isAbsent) this.#absences.set(id, translated, limits.absentMs);
      throw error;
    }
  }

  async #describe(
    origin: Origin,
    key: PackageKey,
    packageId: string,
    revision: string,
    signal: AbortSignal,
  ): Promise<VersionRecord> {
    const version = await origin.describe(key, revision, signal);
    if (version.revision !== revision) {
      throw new GateError(
        'upstream-invalid',
        `${describeUpstream(key.repository)} describes another revision than it was asked for`,
      );
    }
    return this.#deps.store.versions.ensure({ ...version, packageId });
  }

  async #lastKnown(key: PackageKey, ref: string): Promise<Resolved | undefined> {
    const found = await this.#deps.store.packages.find(key.repository.id, key.type, key.name);
    if (found === undefined) return undefined;
    const followed = await this.#followRef(found.id, ref);
    if (followed === undefined) return undefined;
    const { version, record } = followed;
    return { key, package: found, version, ref, ...toStale(record.checkedAt) };
  }

  /** The stale answer counts as fresh for a moment: an upstream that is down is not asked for every request. */
  #fallBack(id: string, last: Resolved): Resolved {
    const answer = { revision: last.version.revision, staleSince: last.staleSince };
    this.#answers.set(id, answer, this.#deps.limits.refFreshMs);
    this.#deps.log.warn('upstream did not answer, serving its last known state', {
      repository: last.key.repository.name,
      package: last.key.name,
      ref: last.ref,
      since: last.staleSince?.toISOString(),
    });
    return last;
  }

  async #followRef(
    packageId: string,
    name: string,
  ): Promise<{ readonly record: RefRecord; readonly version: VersionRecord } | undefined> {
    const { store } = this.#deps;
    const record = await store.refs.find(packageId, name);
    const version = record === undefined ? undefined : await store.versions.find(packageId, record.revision);
    return record === undefined || version === undefined ? undefined : { record, version };
  }
}

function toStale(since: Date | undefined): Pick<Resolved, 'isStale' | 'staleSince'> {
  return since === undefined ? { isStale: false } : { isStale: true, staleSince: since };
}
