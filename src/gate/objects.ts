import type { Protocol } from '#api';
import type { ByteSource } from '#bytes';
import type { Log, Sha256 } from '#kernel';
import type { BlobStore, Store, VersionFile } from '#store';
import { waitUnless } from './flights.ts';
import { GateError } from './gate-error.ts';
import type { GateLimits } from './gate-limits.ts';
import { Limiter } from './limiter.ts';
import type { Origin, PackageKey } from './origin.ts';
import type { Subject } from './subject.ts';
import { type Claim, type RemoteObject, Transfer } from './transfer.ts';
import { describeUpstream, toGateError } from './upstream-failure.ts';

export type Origins = Readonly<Record<Protocol, Origin>>;

export interface ObjectsDeps {
  readonly store: Store;
  readonly origins: Origins;
  readonly limits: GateLimits;
  readonly log: Log;
  readonly signal: AbortSignal; // of the gate's life
}

/** The bytes of files: those that are stored, and those on their way from an upstream, each fetched once. */
export class Objects implements AsyncDisposable {
  readonly #deps: ObjectsDeps;
  readonly #transfers = new Map<string, Transfer>();
  readonly #places: Limiter;

  constructor(deps: ObjectsDeps) {
    this.#deps = deps;
    this.#places = new Limiter(deps.limits.parallelTransfers);
  }

  get #blobs(): BlobStore {
    return this.#deps.store.blobs;
  }

  /** Where a remote package comes from; nothing for ours. */
  origin(key: PackageKey): Origin | undefined {
    return key.repository.kind === 'remote' ? this.#deps.origins[key.repository.protocol] : undefined;
  }

  /** @throws {GateError} `upstream-invalid` when the stored bytes have another size than is listed */
  async findStored(key: PackageKey, file: VersionFile): Promise<Sha256 | undefined> {
    const blob = file.sha256 === undefined ? undefined : await this.#blobs.find(file.sha256);
    if (blob !== undefined && blob.sizeBytes !== file.sizeBytes) {
      throw new GateError(
        'upstream-invalid',
        `${describeUpstream(key.repository)} lists a file with ${file.sizeBytes} bytes that has ${blob.sizeBytes}`,
      );
    }
    return blob?.sha256;
  }

  open(sha256: Sha256): Promise<ByteSource & AsyncDisposable> {
    return this.#blobs.open(sha256);
  }

  /** The transfer of a file, begun or under way, to be joined at once. @throws {GateError} `file-not-found` */
  transfer(subject: Subject, file: VersionFile): Transfer {
    const object = this.#toObject(subject, file);
    const running = this.#transfers.get(object.id);
    if (running !== undefined) return running;
    const { limits, log, signal } = this.#deps;
    const transfer: Transfer = new Transfer(
      object,
      { blobs: this.#blobs, limits, log, signal, places: this.#places },
      () => {
        if (this.#transfers.get(object.id) === transfer) this.#transfers.delete(object.id);
      },
    );
    this.#transfers.set(object.id, transfer);
    return transfer;
  }

  /** Fetches a file whole into the store, for us: nothing of it is given to anybody. */
  async fetch(subject: Subject, file: VersionFile, signal: AbortSignal): Promise<Sha256> {
    const claim: Claim = {
      id: JSON.stringify(['judge', subject.version.id, file.path]),
      confirm: async () => undefined,
      bind: (sha256) => this.bind(subject, file, sha256),
    };
    const transfer = this.transfer(subject, file);
    const { stored, leave } = transfer.join(claim);
    try {
      const sha256 = await waitUnless(stored, signal);
      await transfer.settle(claim, sha256);
      return sha256;
    } finally {
      leave();
    }
  }

  /** Records the digest of a file whose bytes are stored. */
  async bind(subject: Subject, file: VersionFile, sha256: Sha256): Promise<void> {
    if (file.sha256 === sha256) return;
    await this.#deps.store.versions.setFileDigest(subject.version.id, file.path, sha256);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#transfers.values()].map((transfer) => transfer[Symbol.asyncDispose]()));
  }

  #toObject(subject: Subject, file: VersionFile): RemoteObject {
    const { key, version } = subject;
    const origin = this.origin(key);
    if (origin === undefined) {
      throw new GateError(
        'file-not-found',
        `The bytes of this file are not in repository ${key.repository.name}`,
      );
    }
    return {
      // A Git id is SHA-1, which can be made to collide: it names bytes only where they come from.
      id:
        file.isLfs && file.sha256 !== undefined
          ? file.sha256
          : JSON.stringify([key.repository.id, file.gitOid]),
      sizeBytes: file.sizeBytes,
      sha256: file.sha256,
      gitOid: file.isLfs ? undefined : file.gitOid,
      upstream: describeUpstream(key.repository),
      findStored: async () => {
        const now =
          file.sha256 === undefined ? await this.#deps.store.versions.file(version.id, file.path) : file;
        return now === undefined ? undefined : this.findStored(key, now);
      },
      download: (startOffset, signal) => origin.download(key, version.revision, file, startOffset, signal),
      toError: (error) => toGateError(error, key.repository),
    };
  }
}
