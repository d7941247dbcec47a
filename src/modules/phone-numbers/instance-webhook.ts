import { EVOLUTION_EVENTS, type WebhookConfig } from '../../evolution/wire.ts';
import type { InboundSecret } from './inbound-secret.ts';

/** Where a backend calls about one number, and what it shows then. */
export function instanceWebhook(callbackUrl: string, secret: InboundSecret) {
  return {
    enabled: true,
    url: callbackUrl + hookPath(secret.id),
    headers: { authorization: `Bearer ${secret.secret}` },
    byEvents: false,
    base64: false,
    events: [...EVOLUTION_EVENTS],
  } satisfies WebhookConfig;
}

/** The path of a backend's calls about one number. */
export function hookPath(secretId: string): string {
  return `/hooks/evolution/${secretId}`;
}
