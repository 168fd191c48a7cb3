import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.ts';

async function fileOf(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'sallyport-config-')), 'sallyport.yaml');
  await writeFile(path, text);
  return path;
}

describe('configuration', () => {
  it('needs nothing', async () => {
    const config = await loadConfig({ flags: {}, env: { HOME: '/home/ada' }, file: undefined });
    expect(config).toMatchObject({
      dataDir: '/home/ada/.local/share/sallyport',
      listen: { host: '127.0.0.1', port: 8300 },
      anonymousRead: true,
    });
    expect(Object.isFrozen(config.listen)).toBe(true);
  });

  it('puts flags over environment over file', async () => {
    const file = await fileOf('listen:\n  port: 1\n  host: 0.0.0.0\nscan:\n  processes: 3\n');
    const env = {
      SALLYPORT_LISTEN_PORT: '2',
      SALLYPORT_SCAN_PROCESSES: '2',
      SALLYPORT_ANONYMOUS_READ: 'false',
    };
    const config = await loadConfig({ flags: { listen: { port: '3' } }, env, file });
    expect(config.listen).toEqual({ host: '0.0.0.0', port: 3 });
    expect(config.scan.processes).toBe(2);
    expect(config.anonymousRead).toBe(false);
  });

  it.each([
    ['a typo in the file', 'lisen:\n  port: 1\n', {}, 'lisen'],
    ['a wrong type in the file', 'listen:\n  port: many\n', {}, 'listen.port'],
    ['a list', '- 1\n', {}, 'expected keys'],
    ['aliases', 'dataDir: &a x\npublicUrl: *a\n', {}, 'not YAML'],
    ['an unknown variable', '', { SALLYPORT_LISTEN_PROT: '1' }, 'SALLYPORT_LISTEN_PROT'],
    ['an address that is none', '', { SALLYPORT_PUBLIC_URL: 'javascript:alert(1)' }, 'publicUrl'],
  ])('names the key in %s', async (_, text, env, named) => {
    await expect(loadConfig({ flags: {}, env, file: await fileOf(text) })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(named),
    });
  });
});
