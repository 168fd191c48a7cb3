import { expect, it } from 'vitest';
import { classifyAddress } from './address-class.ts';
import { createAddressGuard } from './address-guard.ts';

it.each([
  [
    'public',
    ['8.8.8.8', '1.1.1.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::1'],
  ],
  ['loopback', ['127.0.0.1', '127.255.255.254', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', '::ffff:7f00:1']],
  ['loopback', ['::127.0.0.1', '64:ff9b::127.0.0.1', '2002:7f00:1::', '0:0:0:0:0:ffff:7f00:0001']],
  ['link-local', ['169.254.169.254', 'fe80::1', 'febf::1', '::ffff:169.254.169.254', 'fe80::1%eth0']],
  [
    'private',
    ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fd00::1', '::ffff:a00:1'],
  ],
  ['reserved', ['224.0.0.1', '255.255.255.255', 'ff02::1', '240.0.0.1', '2001:db8::1']],
] as const)('calls %s what is %s', (name, addresses) => {
  for (const address of addresses) expect([address, classifyAddress(address)]).toEqual([address, name]);
});

it('does not take a name for an address', () => {
  for (const text of ['localhost', 'example.org', '', '1.2.3', '::g', '127.1']) {
    expect(classifyAddress(text)).toBeUndefined();
  }
});

it('judges a name by every address that it has', async () => {
  const hosts: Record<string, readonly string[]> = {
    'hub.example': ['8.8.8.8'],
    'cdn.example': ['1.1.1.1', '2606:4700::1111'],
    'rebind.example': ['1.1.1.1', '169.254.169.254'],
    'mirror.inside': ['10.1.1.1'],
  };
  const resolve = async (host: string) =>
    (hosts[host] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const lookup = (upstream: string, host: string) =>
    new Promise((done) => createAddressGuard(upstream, resolve).lookup(host, { all: true }, done));

  expect(await lookup('hub.example', 'cdn.example')).toBeNull();
  expect(await lookup('hub.example', 'rebind.example')).toMatchObject({ code: 'forbidden-address' });
  expect(await lookup('hub.example', 'mirror.inside')).toMatchObject({ code: 'forbidden-address' });
  expect(await lookup('mirror.inside', 'mirror.inside')).toBeNull();
  // An upstream inside opens its own kind of address, not the metadata service of the cloud.
  expect(await lookup('mirror.inside', 'rebind.example')).toMatchObject({ code: 'forbidden-address' });
});
