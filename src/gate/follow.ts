import type { ByteRange } from '#store';
import { type BodySource, FileBody } from './file-body.ts';
import { TAIL_BYTES } from './gate-limits.ts';
import type { Claim, Transfer } from './transfer.ts';

/** The most of the withheld end that is given away to keep a client waiting: what is left is still no file. */
const MAX_DRIP_BYTES = 1024;

export interface Follower {
  readonly body: FileBody;
  /** Resolves when the first byte can be sent, rejects with what prevents it. */
  readonly ready: Promise<unknown>;
}

/**
 * The body of a range of an object that is still on its way. A slow client slows nobody else; one that leaves does
 * not stop the transfer. The end of the object is withheld until it is stored and the claim confirmed.
 */
export function followTransfer(transfer: Transfer, claim: Claim, range: ByteRange, dripMs: number): Follower {
  const heldFrom = Math.max(0, transfer.object.sizeBytes - TAIL_BYTES);
  const { stored, leave } = transfer.join(claim);
  const wakers: (() => void)[] = [];
  let waitsAt = range.start;
  let dripBytes = 0;
  let dripTimer: NodeJS.Timeout | undefined;
  let isReleased = false;
  let isClosed = false;
  let failure: { readonly error: unknown } | undefined;

  const unsubscribe = transfer.subscribe(() => {
    wake();
    startDrip();
  });
  stored
    .then((sha256) => transfer.settle(claim, sha256))
    .then(
      () => {
        isReleased = true;
      },
      (error: unknown) => {
        failure = { error };
      },
    )
    .finally(() => {
      clearInterval(dripTimer);
      wake();
    });
  startDrip();

  const source: BodySource = {
    waitFor,
    close,
    async read(offset, length) {
      try {
        return await transfer.read(offset, length);
      } catch (error) {
        // A transfer that ends takes its bytes along: what ended it says more than the read that failed.
        if (transfer.phase === 'ended') await stored;
        throw error;
      }
    },
  };
  return { body: new FileBody(source, range), ready: waitFor(range.start) };

  async function waitFor(position: number): Promise<number> {
    waitsAt = position;
    for (;;) {
      if (failure !== undefined) throw failure.error;
      if (isClosed) throw new Error('the client left');
      if (isReleased) return range.end;
      const openEnd = Math.min(range.end, transfer.writtenBytes, heldFrom + dripBytes);
      if (openEnd > position) return openEnd;
      await new Promise<void>((resolve) => wakers.push(resolve));
    }
  }

  function wake(): void {
    for (const waker of wakers.splice(0)) waker();
  }

  /** Clients give up after 10 s of silence (facts, §0.6), and flushing a large file can take longer. */
  function startDrip(): void {
    if (transfer.phase !== 'verifying' || dripTimer !== undefined || range.start >= heldFrom) return;
    dripTimer = setInterval(() => {
      if (waitsAt !== heldFrom + dripBytes || dripBytes >= MAX_DRIP_BYTES) return;
      dripBytes += 1;
      wake();
    }, dripMs);
  }

  async function close(): Promise<void> {
    isClosed = true;
    unsubscribe();
    clearInterval(dripTimer);
    leave();
    wake();
  }
}
