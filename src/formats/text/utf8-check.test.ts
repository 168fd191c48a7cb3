import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../format-error.ts';
import { Utf8Check } from './utf8-check.ts';

/** The offset of the first fault in pieces of some length, or nothing. */
function findFault(bytes: Uint8Array, length: number): number | undefined {
  const check = new Utf8Check();
  try {
    for (let at = 0; at < bytes.length; at += length) check.push(bytes.subarray(at, at + length));
    check.end();
    return undefined;
  } catch (error) {
    if (error instanceof FormatError) return error.offset;
    throw error;
  }
}

describe('the UTF-8 check', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 6 }),
  );
  const bytes = fc.array(piece, { maxLength: 6 }).map((pieces) => Buffer.concat(pieces));

  it('agrees with Node on the whole, however it is cut', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 7 }), (whole, length) => {
        expect(findFault(whole, length) === undefined).toBe(isUtf8(whole));
      }),
      { numRuns: 2_000 },
    );
  });

  it('names the first byte that no text holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 4, max: 64 }), (text, length) => {
        const before = Buffer.from(text);
        expect(findFault(Buffer.concat([before, Buffer.from([0xff, 0x61])]), length)).toBe(before.length);
      }),
    );
  });
});
