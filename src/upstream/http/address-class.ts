import { BlockList, isIP, isIPv4 } from 'node:net';

/** What lies behind an address. Only `public` may be reached because an upstream says so. */
export type AddressClass = 'public' | 'private' | 'loopback' | 'link-local' | 'reserved';

/** @see IANA special-purpose address registries */
const SPECIAL: readonly (readonly [AddressClass, readonly string[]])[] = [
  ['loopback', ['127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  [
    'private',
    [
      '10.0.0.0/8',
      '172.16.0.0/12',
      '192.168.0.0/16',
      '100.64.0.0/10',
      '192.0.0.0/24',
      '198.18.0.0/15',
      'fc00::/7',
    ],
  ],
  [
    'reserved',
    [
      ...['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
      ...['100::/64', '2001:db8::/32', 'fec0::/10', 'ff00::/8'],
    ],
  ],
];

const LISTS = SPECIAL.map(([name, ranges]) => {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix = '0'] = range.split('/');
    list.addSubnet(network, Number(prefix), isIPv4(network) ? 'ipv4' : 'ipv6');
  }
  return [name, list] as const;
});

/** @returns undefined when the text is no IP address */
export function classifyAddress(address: string): AddressClass | undefined {
  const family = isIP(address);
  if (family === 0) return undefined;
  if (family === 6) {
    const embedded = findEmbedded(address);
    if (embedded !== undefined) return classifyAddress(embedded);
  }
  const found = LISTS.find(([, list]) => list.check(address, family === 4 ? 'ipv4' : 'ipv6'));
  return found?.[0] ?? 'public';
}

/** The IPv4 address inside a mapped, translated (NAT64) or 6to4 address. */
function findEmbedded(address: string): string | undefined {
  const groups = expand(address);
  if (groups === undefined) return undefined;
  const toIpv4 = (high: number, low: number) => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  const isMapped = a + b + c + d + e === 0 && (f === 0xffff || (f === 0 && g !== 0));
  const isTranslated = a === 0x64 && b === 0xff9b;
  if (isMapped || isTranslated) return toIpv4(g, h);
  return a === 0x2002 ? toIpv4(b, c) : undefined;
}

function expand(address: string): readonly number[] | undefined {
  const plain = address.replace(/%.*$/, '');
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain);
  const [, head = '', p = '0', q = '0', r = '0', s = '0'] = dotted ?? [];
  const pair = (high: string, low: string) => ((Number(high) << 8) | Number(low)).toString(16);
  const text = dotted === null ? plain : `${head}${pair(p, q)}:${pair(r, s)}`;
  const [left = '', right] = text.split('::');
  const toGroups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const before = toGroups(left);
  const after = right === undefined ? [] : toGroups(right);
  const groups = [
    ...before,
    ...Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0),
    ...after,
  ];
  return groups.length === 8 ? groups : undefined;
}
