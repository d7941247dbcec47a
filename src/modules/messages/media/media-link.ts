import { createHmac, hkdfSync } from 'node:crypto';
import { isIP } from 'node:net';
import type { Clock } from '../../../platform/clock.ts';
import { equalsInConstantTime } from '../../../platform/crypto/digest.ts';

export type MediaLinks = ReturnType<typeof createMediaLinks>;

/** How long a backend's link is good for; its medium must stay as long. */
export const linkSeconds = 3_600;
const userLinkSeconds = 900;

/**
 * Links that let in whoever has them, each to one medium and until it ends; nobody makes one without the key, and none
 * is good in another's place. Backends get a medium by one of an hour, where they take nothing but a URL; users get that
 * of a message by one of 15 minutes.
 */
export function createMediaLinks(deps: {
  encryptionKey: string;
  clock: Clock;
  /** Where backends reach us, without a trailing slash; asked for each time. */
  callbackUrl(): string;
  /** Where users reach us, without a trailing slash. */
  serverUrl: string;
}) {
  const outbound = createSigner(deps, 'evofleet outbound media link', linkSeconds);
  const ofMessages = createSigner(deps, 'evofleet message media link', userLinkSeconds);

  return {
    /** Whether a backend that checks what looks like a URL takes ours for one; a bare host name is none to it. */
    passAsUrls: () => hasPublicForm(deps.callbackUrl()),

    linkTo: (id: string): string => `${deps.callbackUrl()}/media/outbound/${id}?${outbound.sign(id).query}`,

    /** Whether we made this link for a backend, and it is still good. */
    isGood: outbound.isGood,

    /** For a user, to the medium of a message. */
    linkToMessage(messageId: string): { url: string; expiresAt: Date } {
      const { query, expiresAt } = ofMessages.sign(messageId);
      return { url: `${deps.serverUrl}/media/messages/${messageId}?${query}`, expiresAt };
    },

    /** Whether we made this link for a user, and it is still good. */
    isGoodForMessage: ofMessages.isGood,
  };
}

function createSigner(deps: { encryptionKey: string; clock: Clock }, purpose: string, seconds: number) {
  const key = Buffer.from(hkdfSync('sha256', deps.encryptionKey, '', purpose, 32));
  const signatureOf = (id: string, expiresAt: number) =>
    createHmac('sha256', key).update(`${id}.${expiresAt}`).digest();
  return {
    sign(id: string): { query: string; expiresAt: Date } {
      const expiresAt = Math.floor(deps.clock.now().getTime() / 1_000) + seconds;
      const signature = signatureOf(id, expiresAt).toString('base64url');
      return { query: `exp=${expiresAt}&sig=${signature}`, expiresAt: new Date(expiresAt * 1_000) };
    },
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
