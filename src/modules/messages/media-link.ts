import { createHmac, hkdfSync } from 'node:crypto';
import { isIP } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import { equalsInConstantTime } from '../../platform/crypto/digest.ts';

export type MediaLinks = ReturnType<typeof createMediaLinks>;

/** How long a link is good for; its medium must stay as long. */
export const linkSeconds = 3_600;

/**
 * Links by which a backend gets a medium from us, for where it takes nothing but a URL. Each is good for one medium and
 * an hour; nobody makes one without the key.
 */
export function createMediaLinks(deps: {
  encryptionKey: string;
  clock: Clock;
  /** Where backends reach us, without a trailing slash; asked for each time. */
  callbackUrl(): string;
}) {
  const key = Buffer.from(hkdfSync('sha256', deps.encryptionKey, '', 'evofleet outbound media link', 32));
  const signatureOf = (id: string, expiresAt: number) =>
    createHmac('sha256', key).update(`${id}.${expiresAt}`).digest();

  return {
    /** Whether a backend that checks what looks like a URL takes ours for one; a bare host name is none to it. */
    passAsUrls: () => hasPublicForm(deps.callbackUrl()),

    linkTo(id: string): string {
      const expiresAt = Math.floor(deps.clock.now().getTime() / 1_000) + linkSeconds;
      const signature = signatureOf(id, expiresAt).toString('base64url');
      return `${deps.callbackUrl()}/media/outbound/${id}?exp=${expiresAt}&sig=${signature}`;
    },

    /** Whether we made this link, and it is still good. */
    isGood(id: string, expiresAt: number, signature: string): boolean {
      const isOurs = equalsInConstantTime(Buffer.from(signature, 'base64url'), signatureOf(id, expiresAt));
      return isOurs && expiresAt * 1_000 > deps.clock.now().getTime();
    },
  };
}

// An address, or a name that ends in a top-level domain.
function hasPublicForm(base: string): boolean {
  if (!URL.canParse(base)) return false;
  const host = new URL(base).hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 || /^(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*[a-z0-9]$/i.test(host);
}
