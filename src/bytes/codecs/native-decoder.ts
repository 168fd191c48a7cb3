import type { Transform } from 'node:stream';
import { BytesError } from '../bytes-error.ts';

/** A decoder of node:zlib, fed piece by piece, which tells how much of the input its stream took. */
export interface NativeDecoder extends Disposable {
  readonly isEnded: boolean; // the stream is over; input after it was left alone
  readonly consumedBytes: number;
  /** Gives what comes out for this input. @throws {BytesError} `bad-data` */
  write(input: Uint8Array): AsyncGenerator<Uint8Array, void>;
  /** No more input: says whether the stream is complete. */
  finish(): Promise<boolean>;
}

/** zlib counts the input it took in `bytesWritten`, and stops taking at the end of its stream. */
export function createNativeDecoder(stream: Transform & { readonly bytesWritten: number }): NativeDecoder {
  let writtenBytes = 0;
  let failure: Error | undefined;
  let wake = () => {};
  stream.on('readable', () => wake());
  stream.on('error', (error) => {
    failure = error;
    wake();
  });

  return {
    get isEnded() {
      return stream.bytesWritten < writtenBytes;
    },
    get consumedBytes() {
      return stream.bytesWritten;
    },
    async *write(input) {
      let isDone = false;
      writtenBytes += input.length;
      stream.write(input, () => {
        isDone = true;
        wake();
      });
      for (;;) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const piece: Uint8Array | null = stream.read();
        if (piece !== null) yield piece;
        else if (failure !== undefined) {
          throw new BytesError('bad-data', 'the stream breaks its format', { cause: failure });
        } else if (isDone) return;
        else await woken;
      }
    },
    async finish() {
      const ended = Promise.withResolvers<void>();
      wake = ended.resolve;
      stream.on('end', ended.resolve);
      stream.end();
      // All output was taken after the last write; what is left is the end, or the error for its lack.
      stream.resume();
      if (failure === undefined) await ended.promise;
      return failure === undefined;
    },
    [Symbol.dispose]() {
      stream.destroy();
    },
  };
}
