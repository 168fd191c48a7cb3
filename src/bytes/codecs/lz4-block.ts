import { BytesError } from '../bytes-error.ts';
import { copyMatch } from './copy-match.ts';

const MIN_MATCH = 4;

/**
 * Decodes one LZ4 block into `out` from `outStart` on; matches may reach back to the start of `out`. Gives where the
 * output ends. What was written before a break stays.
 *
 * @throws {Lz4Break}
 * @see LZ4 Block Format Description
 */
export function decodeLz4Block(input: Uint8Array, out: Uint8Array, outStart: number): number {
  let at = 0;
  let outAt = outStart;
  const fail = (detail: string): never => {
    throw new Lz4Break(`lz4: ${detail}`, outAt);
  };
  if (input.length === 0) fail('an empty block');
  for (;;) {
    const token = input[at] ?? fail('the block ends before a token');
    at += 1;
    let literals = token >>> 4;
    if (literals === 15) {
      for (let more = 255; more === 255; at += 1) {
        more = input[at] ?? fail('the block ends in a length');
        literals += more;
      }
    }
    if (at + literals > input.length || outAt + literals > out.length) fail('literals pass the end');
    out.set(input.subarray(at, at + literals), outAt);
    at += literals;
    outAt += literals;
    if (at === input.length) return outAt;
    const distance = (input[at] ?? 0) | ((input[at + 1] ?? fail('the block ends in a distance')) << 8);
    at += 2;
    if (distance === 0 || distance > outAt) fail(`a match reaches ${distance} bytes back`);
    let length = token & 15;
    if (length === 15) {
      for (let more = 255; more === 255; at += 1) {
        more = input[at] ?? fail('the block ends in a length');
        length += more;
      }
    }
    length += MIN_MATCH;
    if (outAt + length > out.length) fail('a match passes the end');
    const from = outAt - distance;
    copyMatch(out, from, outAt, length);
    outAt += length;
  }
}

/** The block breaks its format after `outEnd` bytes of output. */
export class Lz4Break extends BytesError {
  readonly outEnd: number;

  constructor(detail: string, outEnd: number) {
    super('bad-data', detail);
    this.outEnd = outEnd;
  }
}
