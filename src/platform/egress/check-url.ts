import { isIPv4 } from 'node:net';
import { type AddressRules, createAddressRules } from './address-rules.ts';
import { EgressRefused, notPublicAddress } from './errors.ts';
import { hostNameFault, isLocalName, isWithin } from './host-names.ts';
import { isPortAllowed } from './ports.ts';

export type UrlPolicy = {
  /** Blocks that may be reached although they are not public. With any, local names may be saved, too: see checkUrl. */
  allowCidrs: readonly string[];
  /** Names the local-name rule lets pass, with all below them: a stub zone such as `hooks.test`. */
  allowNames?: readonly string[];
};

/**
 * What can be told about a URL that somebody else named without asking the network: http or https, no user info, a
 * sane port, at most 2,048 characters, no spaces or control characters, and a host that is a public address or
 * could be a public name. A local name (`nas.lan`, `n8n`) passes only if `allowCidrs` opens anything at all; when used, it
 * must then resolve to nothing but listed addresses.
 *
 * Compiles the policy each time (about 0.3 ms); createUrlCheck does so once.
 * @throws EgressRefused; TypeError when the policy has an entry that is no address block
 */
export function checkUrl(input: string, policy: UrlPolicy): { url: URL } {
  return createUrlCheck(policy)(input);
}

export type UrlCheck = (input: string) => { url: URL };

/** As checkUrl, with the policy compiled once. `rules` saves compiling the same allow-list twice. */
export function createUrlCheck(
  policy: UrlPolicy,
  rules: AddressRules = createAddressRules(policy.allowCidrs),
): UrlCheck {
  const areLocalNamesAllowed = policy.allowCidrs.length > 0;
  const allowNames = policy.allowNames ?? [];

  return (input) => {
    checkText(input);
    const url = parse(input);
    checkForm(input, url);
    const address = literalAddress(url.hostname);
    if (address === undefined) {
      const fault = hostNameFault(url.hostname);
      if (fault !== undefined) throw new EgressRefused('parse', fault);
      if (!areLocalNamesAllowed && isLocalName(url.hostname) && !isWithin(url.hostname, allowNames)) {
        throw new EgressRefused('name', 'The host is a local name; the URL must have a public one.');
      }
    } else if (rules.verdict(address) === 'refused') {
      throw new EgressRefused('literal', notPublicAddress);
    }
    if (url.port !== '' && !isPortAllowed(Number(url.port))) {
      throw new EgressRefused('policy', 'The port must be 80, 443, or one from 1024 up that no other protocol uses.');
    }
    return { url };
  };
}

/** The address a URL's host already is, without brackets; undefined for names. */
function literalAddress(hostname: string): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  return isIPv4(hostname) ? hostname : undefined;
}

const lengthMax = 2_048;

function checkText(input: string): void {
  if (input.length > lengthMax) throw new EgressRefused('policy', `The URL is longer than ${lengthMax} characters.`);
  // The parser drops or folds all of these, so what people read would not be what is reached.
  if (!input.isWellFormed() || /[\p{Cc}\p{Cf}\p{Z}\\]/u.test(input)) {
    throw new EgressRefused('policy', 'The URL has spaces, backslashes or invisible characters; percent-encode them.');
  }
}

function parse(input: string): URL {
  const url = URL.parse(input);
  if (url === null) throw new EgressRefused('parse', 'This is not a URL.');
  return url;
}

function checkForm(input: string, url: URL): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new EgressRefused('policy', 'The URL must start with http:// or https://.');
  }
  // The parser would also take "http:host", "http:/host" and "http:///host".
  const authority = /^https?:\/\/([^/?#]+)/i.exec(input)?.[1];
  if (authority === undefined) {
    throw new EgressRefused('policy', 'The URL must have a host right after http:// or https://.');
  }
  if (authority.includes('@')) throw new EgressRefused('policy', 'The URL must not carry a user name or password.');
  if (url.href.length > lengthMax) {
    throw new EgressRefused('policy', `The URL is longer than ${lengthMax} characters once percent-encoded.`);
  }
}
