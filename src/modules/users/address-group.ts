import { isIPv6 } from 'node:net';

/**
 * What counts as one address: an IPv4 address itself, an IPv6 address with all others of its /64, because one
 * subscriber usually holds the whole /64.
 */
export function addressGroup(ipAddress: string): string {
  if (!isIPv6(ipAddress)) return ipAddress;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ipAddress);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail] = (ipAddress.split('%')[0] ?? '').split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) while (groups.length < 8 - groupsIn(tail)) groups.push('0');
  while (groups.length < 4) groups.push('0');
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')}::/64`;
}

function groupsIn(tail: string): number {
  if (tail === '') return 0;
  return tail.split(':').length + (tail.includes('.') ? 1 : 0);
}
