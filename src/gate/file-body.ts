import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Sha256 } from '#kernel';
import type { BlobStore, ByteRange } from '#store';

/** One read. Reads end at multiples of it, so that readers of one transfer get in step. */
const PIECE_BYTES = 256 * 1024;

/** Where the bytes of a body come from, as far as they may be given away. */
export interface BodySource {
  /** Waits until bytes after `position` may be given away, or none are left. Returns where those end. */
  waitFor(position: number): Promise<number>;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Fills memory that the caller uses again. */
  readInto?(offset: number, target: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/**
 * Writes a body to a socket and ends that; breaks it when the body breaks. For bodies of the gate it takes a third
 * less work than `pipeline` and no garbage: two buffers are filled in turn, as a socket that calls a write back is done
 * with its bytes. Not for streams that hand bytes on, such as a `Transform`.
 */
export async function sendBody(body: Readable, socket: Writable): Promise<void> {
  if (!(body instanceof FileBody)) return pipeline(body, socket);
  try {
    await body.sendTo(socket);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** The body of a range of a stored blob. @throws {StoreError} */
export async function openStoredBody(blobs: BlobStore, sha256: Sha256, range: ByteRange): Promise<FileBody> {
  const blob = await blobs.open(sha256);
  const readInto = blob.readInto?.bind(blob);
  return new FileBody(
    {
      waitFor: async () => range.end,
      read: (offset, length) => blob.read(offset, length),
      ...(readInto === undefined ? {} : { readInto }),
      close: async () => blob[Symbol.asyncDispose](),
    },
    range,
  );
}

/** A range of a file, on its way to one client. */
export class FileBody extends Readable {
  readonly #source: BodySource;
  readonly #end: number;
  readonly #isEmpty: boolean;
  #position: number;

  constructor(source: BodySource, range: ByteRange) {
    super({ highWaterMark: PIECE_BYTES });
    this.#source = source;
    this.#position = range.start;
    this.#end = range.end;
    this.#isEmpty = range.start === range.end;
  }

  override _read(): void {
    this.#pushNext().catch((error: unknown) => this.destroy(toError(error)));
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source.close().then(
      () => callback(error),
      (failure: unknown) => callback(error ?? toError(failure)),
    );
  }

  /** The body cannot be read besides. */
  async sendTo(socket: Writable): Promise<void> {
    const { promise: gone, reject } = Promise.withResolvers<never>();
    gone.catch(() => undefined);
    const onGone = () => {
      reject(new Error('the client left'));
      this.destroy();
    };
    socket.once('close', onGone);
    socket.once('error', reject);
    this.once('error', reject);
    try {
      await Promise.race([gone, this.#writeAll(socket)]);
      await Promise.race([gone, new Promise<void>((resolve) => socket.end(resolve))]);
    } catch (error) {
      // What destroyed the body says more than the wait that it ended.
      throw this.errored ?? error;
    } finally {
      socket.removeListener('close', onGone);
      this.destroy();
    }
  }

  async #writeAll(socket: Writable): Promise<void> {
    let written: Promise<void> = Promise.resolve();
    let [next, other]: (Buffer | undefined)[] = [];
    for (let length = await this.#nextLength(); length > 0; length = await this.#nextLength()) {
      const piece = await this.#readPiece(length, () => {
        next ??= Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, this.#end - this.#position));
        return next;
      });
      this.#position += length;
      // The other buffer is free once its write was called back.
      await written;
      written = write(socket, piece);
      // Whoever waits for the next one sees what became of this one.
      written.catch(() => undefined);
      [next, other] = [other, next];
    }
    await written;
  }

  async #readPiece(length: number, buffer: () => Buffer): Promise<Uint8Array> {
    if (this.#source.readInto === undefined) return this.#source.read(this.#position, length);
    const piece = buffer().subarray(0, length);
    await this.#source.readInto(this.#position, piece);
    return piece;
  }

  async #pushNext(): Promise<void> {
    const length = await this.#nextLength();
    if (length === 0) {
      this.push(null);
      return;
    }
    const piece = await this.#source.read(this.#position, length);
    this.#position += length;
    this.push(piece);
  }

  /** Of the next piece; 0 at the end. The end of an empty file, too, has to be released. */
  async #nextLength(): Promise<number> {
    if (this.#position === this.#end && !this.#isEmpty) return 0;
    const openEnd = await this.#source.waitFor(this.#position);
    const boundary = this.#position + PIECE_BYTES - (this.#position % PIECE_BYTES);
    const length = Math.min(openEnd, boundary, this.#end) - this.#position;
    if (length > 0 || this.#isEmpty) return length;
    throw new TypeError('waited for bytes and got none');
  }
}

function write(socket: Writable, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(piece, (error) => (error ? reject(error) : resolve()));
  });
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error('the body broke', { cause: error });
}
