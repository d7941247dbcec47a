import { Resolver, lookup as systemLookup } from 'node:dns/promises';
import { isLocalName } from './host-names.ts';

export type ResolvedAddress = { address: string; family: 4 | 6 };

/**
 * All addresses of a name, in the order to try them; empty when it has none. May reject with anything: egress tells
 * its caller `dns`. Should give up when `signal` aborts.
 */
export type Lookup = (hostname: string, signal: AbortSignal) => Promise<readonly ResolvedAddress[]>;

/**
 * Public names go to DNS directly: getaddrinfo would hold one of the process's four pool threads for as long as
 * somebody's slow name server likes, and password hashing needs those. Local names, which only an operator's
 * allow-list lets come this far, need the hosts file and search domains, so they take the system's way.
 *
 * @param servers `address:port` of the name servers to ask, instead of the system's
 */
export function createLookup(options: { servers?: readonly string[] } = {}): Lookup {
  return async (hostname, signal) => {
    if (isLocalName(hostname) && options.servers === undefined) return systemAddresses(hostname);
    // A resolver of its own per name: it can be cancelled alone, and a changed resolv.conf counts at once.
    const resolver = new Resolver({ timeout: 2_000, tries: 2 });
    if (options.servers !== undefined) resolver.setServers(options.servers);
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
      if (v4.status === 'rejected' && v6.status === 'rejected') throw v4.reason;
      // IPv4 first: where IPv6 is only half there, it fails slowly.
      return [
        ...addressesOf(v4).map((address) => ({ address, family: 4 as const })),
        ...addressesOf(v6).map((address) => ({ address, family: 6 as const })),
      ];
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}

async function systemAddresses(hostname: string): Promise<ResolvedAddress[]> {
  const found = await systemLookup(hostname, { all: true, order: 'ipv4first' });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

function addressesOf(result: PromiseSettledResult<string[]>): string[] {
  return result.status === 'fulfilled' ? result.value : [];
}
