import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFakeIo } from './fake-io.ts';
import { main } from './main.ts';

const BIN = join(import.meta.dirname, '../../bin/sallyport.js');

describe('the program', () => {
  it('says its version and its commands', async () => {
    const io = createFakeIo();
    expect(await main(['--version'], io)).toBe(0);
    expect(io.written.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = createFakeIo();
    expect(await main(['--help'], help)).toBe(0);
    expect(help.written.stdout).toMatch(/^ {2}scan .*\n[\s\S]*^ {2}serve /m);
    expect(help.written.stderr).toBe('');
  });

  it('gives the help of a command, asked for either way', async () => {
    const [flag, word] = [createFakeIo(), createFakeIo()];
    expect(await main(['scan', '--help'], flag)).toBe(0);
    expect(await main(['help', 'scan'], word)).toBe(0);
    expect(flag.written.stdout).toContain('--fail-on <verdict>');
    expect(word.written.stdout).toBe(flag.written.stdout);
    for (const line of flag.written.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each([
    [[], /Usage/],
    [['scann'], /Did you mean scan\?/],
    [['scan'], /missing required argument/],
    [['scan', '--nope', 'x'], /unknown option/],
    [['scan', '--fail-on', 'clean', 'x'], /Allowed choices/],
    [['scan', '--jobs', '0', 'x'], /whole number/],
  ])('calls %j a wrong usage, on stderr', async (argv, message) => {
    const io = createFakeIo();
    expect(await main(argv, io)).toBe(2);
    expect(io.written.stdout).toBe('');
    expect(io.written.stderr).toMatch(message);
  });

  it('hands over to the Node of the clone when it is run by an older one', () => {
    const old = spawnSync('/usr/bin/node', ['--version'], { encoding: 'utf8' });
    const isOlder = old.status === 0 && Number(/^v(\d+)/.exec(old.stdout)?.[1]) < 24;
    const node = isOlder ? '/usr/bin/node' : process.execPath;
    expect(execFileSync(node, [BIN, '--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
    const failed = spawnSync(node, [BIN, 'scan', '/no/such/file'], { encoding: 'utf8' });
    expect([failed.status, failed.stderr]).toEqual([2, 'no such file or folder: "/no/such/file"\n']);
  });
});
