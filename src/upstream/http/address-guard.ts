import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { promisify } from 'node:util';
import { quote } from '#kernel';
import { UpstreamError } from '../upstream-error.ts';
import { type AddressClass, classifyAddress } from './address-class.ts';

/** Resolves a host name to all its addresses; tests hand in their own. */
export type ResolveHost = (hostname: string) => Promise<readonly LookupAddress[]>;

const lookupAll = promisify(systemLookup) as (
  hostname: string,
  options: LookupOptions & { all: true },
) => Promise<LookupAddress[]>;

export const resolveHost: ResolveHost = (hostname) => lookupAll(hostname, { all: true });

/**
 * Keeps redirects away from addresses inside: an upstream must not make us ask our own network. Addresses of the
 * class that the configured upstream itself has are allowed, so that a mirror inside can redirect inside.
 */
export interface AddressGuard {
  /** For `net.connect`: checks what is really connected to, after the name was resolved. */
  lookup(
    hostname: string,
    options: LookupOptions,
    callback: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
  ): void;
  /** A host that is written as an address is never looked up. @throws {UpstreamError} `forbidden-address` */
  checkLiteral(hostname: string): Promise<void>;
}

export function createAddressGuard(upstreamHost: string, resolve: ResolveHost): AddressGuard {
  let allowed: Promise<ReadonlySet<AddressClass>> | undefined;

  async function findAllowed(): Promise<ReadonlySet<AddressClass>> {
    const host = stripBrackets(upstreamHost);
    const literal = classifyAddress(host);
    if (literal !== undefined) return new Set<AddressClass>(['public', literal]);
    // Without an answer nothing but public addresses is allowed: the stricter way.
    const addresses = await resolve(host).catch(() => []);
    return new Set<AddressClass>([
      'public',
      ...addresses.map((found) => classifyAddress(found.address) ?? 'public'),
    ]);
  }

  async function check(hostname: string, addresses: readonly string[]): Promise<void> {
    allowed ??= findAllowed();
    const classes = await allowed;
    for (const address of addresses) {
      const found = classifyAddress(address) ?? 'reserved';
      if (classes.has(found)) continue;
      throw new UpstreamError(
        'forbidden-address',
        `the upstream redirects to ${quote(hostname)}, which is a ${found} address`,
      );
    }
  }

  async function lookup(hostname: string): Promise<readonly LookupAddress[]> {
    const addresses = await resolve(hostname);
    await check(
      hostname,
      addresses.map((found) => found.address),
    );
    return addresses;
  }

  return {
    lookup(hostname, options, callback) {
      lookup(hostname).then(
        (addresses) => {
          const [first] = addresses;
          if (options.all === true) callback(null, [...addresses]);
          else if (first === undefined) callback(new Error(`no address for ${quote(hostname)}`), '');
          else callback(null, first.address, first.family);
        },
        (error: Error) => callback(error, options.all === true ? [] : ''),
      );
    },
    async checkLiteral(hostname) {
      const host = stripBrackets(hostname);
      if (classifyAddress(host) !== undefined) await check(hostname, [host]);
    },
  };
}

function stripBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
