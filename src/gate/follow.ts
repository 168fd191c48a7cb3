import { Readable } from 'node:stream';
import type { ByteRange } from '#store';
import { TAIL_BYTES } from './gate-limits.ts';
import type { Claim, Transfer } from './transfer.ts';

/** One read, and what a slow client has waiting for it. Reads end at multiples of it, so that readers get in step. */
const CHUNK_BYTES = 256 * 1024;

/** The most of the withheld end that is given away to keep a client waiting: what is left is still no file. */
const MAX_DRIP_BYTES = 1024;

export interface Follower {
  readonly readable: Readable;
  /** Resolves when the first byte can be sent, rejects with what prevents it. */
  readonly ready: Promise<void>;
}

/**
 * A stream of a range of an object that is still on its way. A slow client slows nobody else; one that leaves does
 * not stop the transfer. The end of the object is withheld until it is stored and the claim confirmed.
 */
export function followTransfer(transfer: Transfer, claim: Claim, range: ByteRange, dripMs: number): Follower {
  const heldFrom = Math.max(0, transfer.object.sizeBytes - TAIL_BYTES);
  const { stored, leave } = transfer.join(claim);
  let position = range.start;
  let dripBytes = 0;
  let dripTimer: NodeJS.Timeout | undefined;
  let isReleased = false;
  let failure: { readonly error: unknown } | undefined;
  const wakers: (() => void)[] = [];

  const wake = () => {
    for (const waker of wakers.splice(0)) waker();
  };
  const unsubscribe = transfer.subscribe(() => {
    wake();
    startDrip();
  });

  stored
    .then(async (sha256) => {
      await transfer.settle(claim, sha256);
      isReleased = true;
    })
    .catch((error: unknown) => {
      failure = { error };
    })
    .finally(() => {
      clearInterval(dripTimer);
      wake();
    });

  /** Where what may be given away ends by now. */
  function openEnd(): number {
    if (isReleased) return range.end;
    return Math.min(range.end, transfer.writtenBytes, heldFrom + dripBytes);
  }

  /** Waits until there is something after `position`, or nothing more to wait for. */
  async function waitForBytes(): Promise<void> {
    for (;;) {
      if (failure !== undefined) throw failure.error;
      // An empty object has its end at its start, and is verified like any other.
      const isAtEnd = position === range.end && range.end > range.start;
      if (isReleased || isAtEnd || openEnd() > position || readable.destroyed) return;
      await new Promise<void>((resolve) => wakers.push(resolve));
    }
  }

  /** Clients give up after 10 s of silence (facts, §0.6), and flushing a large file can take longer. */
  function startDrip(): void {
    if (transfer.phase !== 'verifying' || dripTimer !== undefined || range.start >= heldFrom) return;
    dripTimer = setInterval(() => {
      if (position === heldFrom + dripBytes && dripBytes < MAX_DRIP_BYTES) {
        dripBytes += 1;
        wake();
      }
    }, dripMs);
  }

  const readable = new Readable({
    highWaterMark: CHUNK_BYTES,
    read() {
      readNext().catch(async (error: unknown) => {
        // A transfer that ends takes its bytes along: what ended it says more than the read that failed.
        if (transfer.phase === 'ended')
          await stored.catch((reason: unknown) => (failure = { error: reason }));
        readable.destroy(toError(failure?.error ?? error));
      });
    },
    destroy(error, callback) {
      unsubscribe();
      clearInterval(dripTimer);
      leave();
      wake();
      callback(error);
    },
  });

  async function readNext(): Promise<void> {
    await waitForBytes();
    if (readable.destroyed) return;
    if (position === range.end) {
      readable.push(null);
      return;
    }
    const end = Math.min(openEnd(), position + CHUNK_BYTES - (position % CHUNK_BYTES));
    const chunk = await transfer.read(position, end - position);
    position += chunk.length;
    readable.push(chunk);
  }

  startDrip();
  return { readable, ready: waitForBytes() };
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error('the transfer failed', { cause: error });
}
