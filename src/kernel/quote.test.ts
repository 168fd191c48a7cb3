import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote } from './quote.ts';

describe('quote', () => {
  it('makes any text one short line of printable ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 50 }), (text, maxLength) => {
        const quoted = quote(text, maxLength);
        expect(quoted).toMatch(/^"[\x20-\x7e]*"$/);
        expect(quoted.length).toBeLessThanOrEqual(maxLength * 6 + 5);
      }),
    );
  });

  it('keeps what is harmless readable and escapes what is not', () => {
    expect(quote('weights/model.pt')).toBe('"weights/model.pt"');
    expect(quote('a"b\\c\r\n\u202e')).toBe('"a\\"b\\\\c\\u000d\\u000a\\u202e"');
    expect(quote('x'.repeat(10), 4)).toBe('"xxxx..."');
  });
});
