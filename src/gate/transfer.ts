import type { ByteSource } from '#bytes';
import type { GitOid, Log, Sha256 } from '#kernel';
import { type BlobStore, type StagedBlob, StoreError } from '#store';
import { UpstreamError } from '#upstream';
import { GateError } from './gate-error.ts';
import type { GateLimits } from './gate-limits.ts';
import type { Limiter } from './limiter.ts';

/** Bytes of an upstream, named by what they must turn out to be. */
export interface RemoteObject {
  readonly id: string; // the same for the same bytes
  readonly sizeBytes: number;
  readonly sha256: Sha256 | undefined;
  readonly gitOid: GitOid | undefined;
  readonly upstream: string; // for messages
  /** Its digest, when it is stored by now. */
  findStored(): Promise<Sha256 | undefined>;
  download(startOffset: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** What a failure of `download` means to those who wait. */
  toError(error: unknown): unknown;
}

/** A use that the object is wanted for: one file of one version. */
export interface Claim {
  readonly id: string;
  /** Whether verified bytes are what the use was decided on. Throws when they are not. */
  confirm(sha256: Sha256, open: () => Promise<ByteSource & Partial<AsyncDisposable>>): Promise<void>;
  /** Records the digest of stored bytes. */
  bind(sha256: Sha256): Promise<void>;
}

export interface TransferDeps {
  readonly blobs: BlobStore;
  readonly log: Log;
  readonly limits: GateLimits;
  readonly places: Limiter; // for large objects
  readonly signal: AbortSignal; // of the gate's life
}

/**
 * - `copying`: bytes arrive, readers follow
 * - `verifying`: all are here; their digest is checked, then the claims, then they are made visible
 * - `stored`: visible under their digest
 * - `paused`: broken or left by everybody; what was written waits for the next reader
 * - `ended`: failed or given up; nothing is left of it
 */
export type TransferPhase = 'copying' | 'verifying' | 'stored' | 'paused' | 'ended';

/** Pieces kept for readers that are a little behind the first. */
const MAX_PIECES = 4;

const ABANDONED = Symbol('every client has left');

/** One download of one object, whatever the number of its readers. */
export class Transfer {
  readonly object: RemoteObject;
  readonly #deps: TransferDeps;
  readonly #onEnd: () => void;
  readonly #claims = new Map<string, Claim>();
  readonly #bindings = new Map<string, Promise<void>>();
  readonly #pieces = new Map<string, Promise<Uint8Array>>();
  readonly #listeners = new Set<() => void>();
  #phase: TransferPhase = 'paused';
  #stored: Promise<Sha256> | undefined;
  #stop = new AbortController();
  #staged: StagedBlob | undefined;
  #blob: (ByteSource & AsyncDisposable) | undefined;
  #readerCount = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param onEnd called when nobody may join any more */
  constructor(object: RemoteObject, deps: TransferDeps, onEnd: () => void) {
    this.object = object;
    this.#deps = deps;
    this.#onEnd = onEnd;
  }

  get phase(): TransferPhase {
    return this.#phase;
  }

  /** How many bytes can be read; not all of them may be given away yet. */
  get writtenBytes(): number {
    return this.#blob?.sizeBytes ?? this.#staged?.writtenBytes ?? 0;
  }

  /**
   * Starts or resumes it for one more use. `stored` is of the attempt under way; the reader leaves in the end, in
   * every case.
   */
  join(claim: Claim): { readonly stored: Promise<Sha256>; leave(): void } {
    this.#claims.set(claim.id, claim);
    this.#readerCount += 1;
    clearTimeout(this.#timer);
    if (this.#stored === undefined) {
      this.#stop = new AbortController();
      this.#stored = this.#attempt(AbortSignal.any([this.#stop.signal, this.#deps.signal]));
      // Readers that left do not hear of it.
      this.#stored.catch(() => undefined);
    }
    let isHere = true;
    return {
      stored: this.#stored,
      leave: () => {
        if (!isHere) return;
        isHere = false;
        this.#readerCount -= 1;
        if (this.#readerCount === 0) this.#onEmpty();
      },
    };
  }

  /** Calls back whenever there is more to read, or the phase changes. Returns what ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Of what is written; for readers who joined and have not left. Readers that keep step share what was read, and
   * do not write to it.
   */
  read(offset: number, length: number): Promise<Uint8Array> {
    const place = `${offset}+${length}`;
    const known = this.#pieces.get(place);
    if (known !== undefined) return known;
    const piece = this.#readOnce(offset, length);
    this.#pieces.set(place, piece);
    const [oldest] = this.#pieces.keys();
    if (this.#pieces.size > MAX_PIECES && oldest !== undefined) this.#pieces.delete(oldest);
    piece.catch(() => this.#pieces.delete(place));
    return piece;
  }

  /** Records the digest of stored bytes for a claim, once for all its readers, and lets it confirm them. */
  async settle(claim: Claim, sha256: Sha256): Promise<void> {
    await this.#bind(claim, sha256);
    await claim.confirm(sha256, () => this.#deps.blobs.open(sha256));
  }

  #bind(claim: Claim, sha256: Sha256): Promise<void> {
    const binding = this.#bindings.get(claim.id) ?? claim.bind(sha256);
    this.#bindings.set(claim.id, binding);
    return binding;
  }

  async #readOnce(offset: number, length: number): Promise<Uint8Array> {
    const source = this.#blob ?? this.#staged;
    if (source === undefined) throw new GateError('not-admitted', 'read from a transfer that has ended');
    return source.read(offset, length);
  }

  /** Stops it and removes what is not stored. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(ABANDONED);
    await this.#stored?.catch(() => undefined);
    await this.#end();
  }

  async #attempt(signal: AbortSignal): Promise<Sha256> {
    this.#enter('copying');
    try {
      const sha256 = (await this.#reuse()) ?? (await this.#fetch(signal));
      this.#onEnd();
      this.#enter('stored');
      return sha256;
    } catch (error) {
      this.#stored = undefined;
      this.#claims.clear();
      const isResumable =
        !this.#deps.signal.aborted &&
        this.#phase === 'copying' &&
        this.writtenBytes > 0 &&
        (isOutage(error) || (signal.aborted && !(error instanceof StoreError)));
      if (isResumable) this.#pause();
      else await this.#end();
      throw signal.aborted ? this.#stoppedError(error) : this.object.toError(error);
    }
  }

  #stoppedError(cause: unknown): GateError {
    return new GateError('upstream-unavailable', 'the transfer from the upstream was stopped', {
      cause,
      retryAfterSeconds: 1,
    });
  }

  /** Someone else may have stored it since the caller looked. */
  async #reuse(): Promise<Sha256 | undefined> {
    if (this.#staged !== undefined) return undefined;
    const sha256 = await this.object.findStored();
    if (sha256 !== undefined) this.#blob = await this.#deps.blobs.open(sha256);
    return sha256;
  }

  async #fetch(signal: AbortSignal): Promise<Sha256> {
    const { object } = this;
    const { blobs, limits, places } = this.#deps;
    using _place = object.sizeBytes > limits.smallFileBytes ? await places.enter(signal) : undefined;
    this.#staged ??= await blobs.stage({
      sizeBytes: object.sizeBytes,
      wantGitOid: object.gitOid !== undefined,
    });
    await this.#copy(this.#staged, signal);
    this.#enter('verifying');
    return this.#verify(this.#staged);
  }

  async #copy(staged: StagedBlob, signal: AbortSignal): Promise<void> {
    const { object } = this;
    if (staged.writtenBytes === object.sizeBytes) return;
    const body = await object.download(staged.writtenBytes, signal);
    for await (const chunk of body) {
      signal.throwIfAborted();
      if (chunk.length > object.sizeBytes - staged.writtenBytes) {
        throw new GateError(
          'upstream-invalid',
          `${object.upstream} sent more than the ${object.sizeBytes} bytes it lists`,
        );
      }
      await staged.write(chunk);
      this.#notify();
    }
    signal.throwIfAborted();
    if (staged.writtenBytes < object.sizeBytes) {
      throw new GateError(
        'upstream-invalid',
        `${object.upstream} sent ${staged.writtenBytes} bytes of the ${object.sizeBytes} it lists`,
      );
    }
  }

  async #verify(staged: StagedBlob): Promise<Sha256> {
    const { object } = this;
    const found = await staged.finish();
    const isPromised =
      (object.sha256 === undefined || object.sha256 === found.sha256) &&
      (object.gitOid === undefined || object.gitOid === found.gitOid);
    if (!isPromised) {
      this.#deps.log.warn('upstream sent other bytes than it lists', {
        object: object.id,
        sha256: found.sha256,
      });
      throw new GateError(
        'upstream-invalid',
        `${object.upstream} sent bytes with another digest than it lists`,
      );
    }
    // Bytes that no use agrees with are not kept. A reader checks its own claim besides, see `follow`.
    const claims = [...this.#claims.values()];
    const outcomes = await Promise.allSettled(
      claims.map((claim) => claim.confirm(found.sha256, async () => staged.source())),
    );
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    if (refused !== undefined && outcomes.every(({ status }) => status === 'rejected')) throw refused.reason;
    await staged.commit({
      sha256: found.sha256,
      sizeBytes: object.sizeBytes,
      ...(object.gitOid === undefined ? {} : { gitOid: object.gitOid }),
    });
    await Promise.all(claims.map((claim) => this.#bind(claim, found.sha256)));
    return found.sha256;
  }

  #onEmpty(): void {
    if (this.#phase === 'stored' || this.#phase === 'ended') {
      void this.#end();
    } else if (this.#phase !== 'paused') {
      this.#timer = setTimeout(() => this.#stop.abort(ABANDONED), this.#deps.limits.abandonedMs);
      this.#timer.unref();
    }
  }

  #pause(): void {
    this.#enter('paused');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#end(), this.#deps.limits.partKeptMs);
    this.#timer.unref();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#phase !== 'stored') this.#enter('ended');
    this.#onEnd();
    const [staged, blob] = [this.#staged, this.#blob];
    this.#staged = undefined;
    this.#blob = undefined;
    this.#pieces.clear();
    try {
      await staged?.[Symbol.asyncDispose]();
      await blob?.[Symbol.asyncDispose]();
    } catch (error) {
      // Nobody waits for this, and the next start empties the place.
      this.#deps.log.warn('cannot remove a staged blob', { object: this.object.id, error });
    }
  }

  #enter(phase: TransferPhase): void {
    this.#phase = phase;
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function isOutage(error: unknown): boolean {
  return error instanceof UpstreamError && (error.code === 'unavailable' || error.code === 'rate-limited');
}
