import type { ByteSource } from '../byte-source.ts';
import type { InflateFactCode } from './compression.ts';

/** What a decoder is given and reports to. */
export interface DecodeContext {
  readonly source: ByteSource;
  /** Give every byte before the place where the stream breaks, even if that is slower. */
  readonly isExact: boolean;
  add(code: InflateFactCode, offset: number, detail: string): void;
  /** Throws when time is over; called for every stream, as a file may hold a million empty ones. */
  checkDeadline(): void;
  /** Everything before this offset was understood. */
  consumed(offset: number): void;
}

/**
 * Gives the inflated bytes of all streams in a source, in pieces that are good until the next is asked for. Throws
 * BytesError `bad-data`, `truncated` or `unsupported` where it cannot go on, after all bytes before that place.
 */
export type Decode = (context: DecodeContext) => AsyncGenerator<Uint8Array, void>;
