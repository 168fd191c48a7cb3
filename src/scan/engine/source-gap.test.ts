import { describe, expect, it } from 'vitest';
import { toCrashGap } from './source-gap.ts';

describe('the gap of a crash', () => {
  it('tells the message and not where the program lies on its machine', () => {
    const error = new Error(
      "Cannot find module '/opt/app/src/formats/a.ts' imported from file:///opt/app/b.ts",
    );
    const { code, detail } = toCrashGap(error);
    expect(code).toBe('crash');
    expect(detail).toContain("Cannot find module '<path>'");
    expect(detail).not.toContain('opt');
  });
});
