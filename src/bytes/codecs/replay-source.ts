import { type ByteSource, checkRange } from '../byte-source.ts';
import { BytesError } from '../bytes-error.ts';
import { ByteRing } from './byte-ring.ts';

export interface ReplayOptions {
  readonly sizeBytes: number;
  readonly windowBytes: number; // recent bytes kept, so that short steps back cost nothing
  readonly head: Uint8Array; // the ends are asked for again and again
  readonly tail: Uint8Array;
  /** Starts from the first byte; gives the same bytes each time. */
  restart(): AsyncGenerator<Uint8Array, void>;
}

/** Reading backwards starts over; a reader that jumps about would never end. */
const MAX_PASSES = 64;
/** A short stream may be passed more often: it takes no time. */
const FREE_BYTES = 256 * 1024 * 1024;

/** A stream too large for memory as a source: it runs forward, and starts over to go back. */
export function replaySource(options: ReplayOptions): ByteSource {
  const { sizeBytes, windowBytes, head, tail } = options;
  const maxPassedBytes = Math.max(FREE_BYTES, sizeBytes * MAX_PASSES);
  let passedBytes = 0;
  let stream: AsyncGenerator<Uint8Array, void> | undefined;
  let recent = new ByteRing(windowBytes);
  let turn: Promise<unknown> = Promise.resolve();

  async function rewind(): Promise<void> {
    await stream?.return();
    stream = options.restart();
    recent = new ByteRing(windowBytes);
  }

  async function advance(): Promise<Uint8Array> {
    if (passedBytes > maxPassedBytes) {
      throw new BytesError('budget-exceeded', `${sizeBytes} bytes were inflated again and again`);
    }
    const next = await stream?.next();
    if (next === undefined || next.done === true) {
      const offset = recent.end;
      throw new BytesError('changed', `the stream now ends at ${offset} of ${sizeBytes} bytes`, { offset });
    }
    recent.push(next.value);
    passedBytes += next.value.length;
    return next.value;
  }

  async function copy(offset: number, length: number): Promise<Uint8Array> {
    if (stream === undefined || offset < recent.start) await rewind();
    const bytes = new Uint8Array(length);
    if (offset < recent.end) recent.copy(offset, bytes);
    while (recent.end < offset + length) {
      const from = recent.end;
      place(await advance(), from - offset, bytes);
    }
    return bytes;
  }

  return {
    sizeBytes,
    async read(offset, length) {
      checkRange(sizeBytes, offset, length);
      if (offset + length <= head.length) return head.subarray(offset, offset + length);
      const tailAt = offset - (sizeBytes - tail.length);
      if (tailAt >= 0) return tail.subarray(tailAt, tailAt + length);
      // One stream: reads take turns.
      const mine = turn.then(() => copy(offset, length));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** Copies the part of a piece that falls into `target`, when the piece begins at `at` of it. */
function place(piece: Uint8Array, at: number, target: Uint8Array): void {
  const from = Math.max(0, -at);
  const to = Math.min(piece.length, target.length - at);
  if (from < to) target.set(piece.subarray(from, to), at + from);
}
