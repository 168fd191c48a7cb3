import type { Readable } from 'node:stream';
import { createGate, type Gate, GateLimits, type PackageKey, type Served } from '#gate';
import { type Clock, silentLog } from '#kernel';
import { createPolicy } from '#policy';
import type { Scanner } from '#scan';
import type { ByteRange, RepositoryRecord, Store } from '#store';
import { FakeOrigin } from './fake-origin.ts';
import type { FakeScanner } from './fake-scanner.ts';

export class HeldClock implements Clock {
  #atMs = Date.parse('2026-11-21T10:00:00Z');

  now(): Date {
    return new Date(this.#atMs);
  }

  advance(byMs: number): void {
    this.#atMs += byMs;
  }
}

/** Tests share a store, and each has a package of its own. */
let packageCount = 0;
let contentCount = 0;

/** A gate over a real store, and what a test needs to play upstream and client. */
export class Harness<S extends Scanner = FakeScanner> implements AsyncDisposable {
  readonly origin = new FakeOrigin();
  readonly clock = new HeldClock();
  readonly store: Store;
  readonly scanner: S;
  readonly gate: Gate & AsyncDisposable;
  readonly #name: string;
  #repository: RepositoryRecord;

  private constructor(
    store: Store,
    scanner: S,
    repository: RepositoryRecord,
    limits: Partial<GateLimits>,
    packageName: string | undefined,
  ) {
    this.store = store;
    this.scanner = scanner;
    this.#repository = repository;
    packageCount += 1;
    this.#name = packageName ?? `acme/model-${packageCount}`;
    const { origin, clock } = this;
    this.gate = createGate({
      store,
      scanner,
      clock,
      origins: { huggingface: origin },
      policies: { balanced: createPolicy('balanced'), observe: createPolicy('observe') },
      log: silentLog,
      publicUrl: 'http://gate.test',
      limits: GateLimits.parse(limits),
    });
  }

  static async over<S extends Scanner>(
    store: Store,
    scanner: S,
    limits: Partial<GateLimits> = {},
    kind: RepositoryRecord['kind'] = 'remote',
    packageName?: string,
  ): Promise<Harness<S>> {
    const name = kind === 'remote' ? 'hub' : 'models';
    const repository =
      (await store.repositories.find(name)) ??
      (await store.repositories.create({
        name,
        protocol: 'huggingface',
        kind,
        upstreamUrl: kind === 'remote' ? 'https://hub.test' : undefined,
        upstreamToken: undefined,
        policy: 'balanced',
      }));
    return new Harness(store, scanner, repository, limits, packageName);
  }

  get key(): PackageKey {
    return { repository: this.#repository, type: 'model', name: this.#name };
  }

  async usePolicy(policy: RepositoryRecord['policy']): Promise<void> {
    this.#repository = await this.store.repositories.update(this.#repository.name, { policy });
  }

  async admit(ref = 'main') {
    return this.gate.admit(await this.gate.resolve(this.key, ref));
  }

  async served(ref = 'main'): Promise<Served> {
    const admission = await this.admit(ref);
    if (admission.kind !== 'serve') throw new Error(`expected to be served: ${JSON.stringify(admission)}`);
    return admission;
  }

  async refusal(ref = 'main') {
    const admission = await this.admit(ref);
    if (admission.kind !== 'refuse') throw new Error(`expected a refusal: ${admission.kind}`);
    return admission;
  }

  async stream(path: string, range?: ByteRange, signal?: AbortSignal): Promise<Readable> {
    const file = await this.gate.open(await this.served(), path);
    return file.stream(range, signal);
  }

  async pull(path: string, range?: ByteRange): Promise<Buffer> {
    return collect(await this.stream(path, range));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gate[Symbol.asyncDispose]();
  }
}

export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A promise to be opened by hand. */
export function createDoor(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** Bytes that no other call gives, with marks at the start. */
export function makeContent(sizeBytes: number, mark = ''): Buffer {
  contentCount += 1;
  const content = Buffer.alloc(sizeBytes);
  for (let offset = 0; offset + 4 <= sizeBytes; offset += 4) {
    content.writeUInt32LE((offset * 2_654_435_761 + contentCount) >>> 0, offset);
  }
  content.write(`${mark} ${contentCount} `, 0, 'latin1');
  return content;
}
