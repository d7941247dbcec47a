import { BlockList } from 'node:net';
import type { createSettingsReader } from './settings.ts';

/** The origins of CORS_ORIGIN. Browsers send one in exactly one form; any other would silently match nothing. */
export function corsOriginsOf(read: ReturnType<typeof createSettingsReader>): string[] {
  return (read.list('CORS_ORIGIN') ?? []).map((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
    read.problem('CORS_ORIGIN', `"${text}" is not an origin such as https://app.example.com`);
    return text;
  });
}

/** As Fastify takes it: false, true, a number of hops, or addresses. */
export function trustProxyOf(text: string | undefined): boolean | number | string {
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** The host to write into a URL for one that a server listens on. */
export function addressToShow(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** A range of addresses such as 10.20.0.0/16. */
export function isCidr(text: string): boolean {
  const [address, bits] = text.split('/');
  if (address === undefined || bits === undefined || !/^\d+$/.test(bits)) return false;
  try {
    new BlockList().addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4');
    return true;
  } catch {
    return false;
  }
}
