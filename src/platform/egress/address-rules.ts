import { BlockList, isIP } from 'node:net';
import { cloudMetadata, globalUnicastIpv6, specialIpv4, specialIpv6 } from './special-addresses.ts';

/** `listed`: the operator's allow-list opened it · `public`: open to all · `refused`: neither. */
type AddressVerdict = 'listed' | 'public' | 'refused';

export type AddressRules = {
  /** `address` is one IPv4 or IPv6 address as the resolver or the URL parser writes it; anything else is refused. */
  verdict(address: string): AddressVerdict;
};

/**
 * Compiles the rules once (about 0.3 ms), for many checks.
 * @param allowCidrs blocks that may be reached although they are not public: `10.1.0.0/16`, `fd00:1::/64`, or one address.
 * @throws TypeError naming the entry that is no block
 */
export function createAddressRules(allowCidrs: readonly string[]): AddressRules {
  const allowed = allowCidrs.map(parseCidr);
  const listed = familyLists(allowed);
  const listedAlone = familyLists(allowed.filter((block) => block.isOneAddress));
  const metadata = familyLists(cloudMetadata.map(parseCidr));
  const special = familyLists([...specialIpv4, ...specialIpv6].map(parseCidr));
  const globalUnicast = familyLists([parseCidr(globalUnicastIpv6)]);

  function verdict(address: string): AddressVerdict {
    const family = familyOf(address);
    if (family === undefined) return 'refused';
    if (metadata.has(address, family)) return listedAlone.has(address, family) ? 'listed' : 'refused';
    if (listed.has(address, family)) return 'listed';
    if (special.has(address, family)) return 'refused';
    return family === 'ipv4' || globalUnicast.has(address, family) ? 'public' : 'refused';
  }

  return { verdict };
}

type Family = 'ipv4' | 'ipv6';
type Block = { network: string; prefix: number; family: Family; isOneAddress: boolean };

/** A zone id (`fe80::1%eth0`) passes isIP, but names an interface of this machine. */
function familyOf(address: string): Family | undefined {
  if (address.includes('%')) return undefined;
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}

function parseCidr(cidr: string): Block {
  const [network = '', prefixText, ...rest] = cidr.split('/');
  const family = familyOf(network);
  const bits = family === 'ipv4' ? 32 : 128;
  const prefix = prefixText === undefined ? bits : /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  if (family === undefined || rest.length > 0 || !(prefix <= bits)) {
    throw new TypeError(`Not an address block such as 10.0.0.0/8 or fd00::/8: ${JSON.stringify(cidr)}`);
  }
  return { network, prefix, family, isOneAddress: prefix === bits };
}

/** One list per family: a BlockList answers for v4-mapped IPv6 from its IPv4 rules, which would open a refused form. */
function familyLists(blocks: readonly Block[]): { has(address: string, family: Family): boolean } {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const { network, prefix, family } of blocks) lists[family].addSubnet(network, prefix, family);
  return { has: (address, family) => lists[family].check(address, family) };
}
