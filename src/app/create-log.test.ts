import { describe, expect, it } from 'vitest';
import { createLog } from './create-log.ts';

function capture() {
  const lines: string[] = [];
  return { lines, log: createLog({ level: 'info', destination: { write: (line) => lines.push(line) } }) };
}

describe('log', () => {
  it('writes one JSON line with level, time and message', () => {
    const { lines, log } = capture();
    log.warn('upstream refused range', { status: 416 });
    log.debug('not shown');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      message: 'upstream refused range',
      status: 416,
    });
  });

  it('lets no secret through, in fields, texts or errors', () => {
    const { lines, log } = capture();
    const secret = `hf_sly_${'a'.repeat(43)}`;
    log.error('failed', {
      authorization: `Bearer ${secret}`,
      nested: { token: secret },
      error: new Error(`refused ${secret}`, { cause: new Error('Bearer abc.def.ghi') }),
    });
    expect(lines.join('')).not.toContain(secret);
    expect(lines.join('')).not.toContain('abc.def.ghi');
  });

  it('survives cycles and odd values', () => {
    const { lines, log } = capture();
    const cycle: Record<string, unknown> = { big: 10n };
    cycle.self = cycle;
    log.info('odd', cycle);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ big: '10' });
  });
});
