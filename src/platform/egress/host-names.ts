/**
 * What is wrong with a host name after WHATWG parsing, or undefined. The parser lets empty labels, over-long ones
 * and characters through that no resolver should be asked about.
 */
export function hostNameFault(hostname: string): string | undefined {
  const name = withoutRootDot(hostname);
  if (name.length === 0 || name.length > 253) return 'The host name must have 1 to 253 characters.';
  const labels = name.split('.');
  if (labels.some((label) => label.length === 0)) return 'The host name has an empty part.';
  if (labels.some((label) => label.length > 63)) return 'A part of the host name is longer than 63 characters.';
  if (!labels.every((label) => /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/.test(label))) {
    return 'The host name has characters that host names do not have.';
  }
  return undefined;
}

/** True for names that only this machine, its network or no network knows: single labels and the suffixes below. */
export function isLocalName(hostname: string): boolean {
  const labels = withoutRootDot(hostname).split('.');
  return labels.length < 2 || localTopLevels.has(labels.at(-1) ?? '');
}

/** True when `hostname` is one of `names` or below one. */
export function isWithin(hostname: string, names: readonly string[]): boolean {
  const name = withoutRootDot(hostname);
  return names.some((parent) => name === parent || name.endsWith(`.${parent}`));
}

/** `pub.example.com.` and `pub.example.com` are one name; TLS knows it only without the dot (RFC 6066). */
export function withoutRootDot(hostname: string): string {
  return hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
}

const localTopLevels: ReadonlySet<string> = new Set([
  'localhost', // RFC 6761
  'test', // RFC 6761
  'example', // RFC 6761
  'invalid', // RFC 6761
  'local', // multicast DNS: RFC 6762
  'onion', // RFC 7686
  'alt', // RFC 9476
  'arpa', // home.arpa: RFC 8375, ipv4only.arpa: RFC 8880, reverse zones
  'internal', // kept for private use by ICANN, 2024; cloud metadata names
  'home', // never delegated because networks use them: ICANN, 2018
  'corp',
  'mail',
  'lan', // what routers, containers and orchestrators name things with
  'localdomain',
  'intranet',
  'private',
  'domain',
  'workgroup',
  'docker',
  'cluster',
  'consul',
]);
