import { EVOLUTION_EVENTS, webhookSchema } from '../../evolution/wire.ts';
import type { EvolutionEndpointWish } from '../../modules/webhooks/index.ts';
import { badRequest, requireFits } from './errors.ts';
import { flagOf, isRecord, textOf } from './values.ts';

/** What `webhook/set` asks for: what it leaves out stays, but for the events, all of which are meant then. */
export function readWebhook(body: Record<string, unknown>): EvolutionEndpointWish {
  requireFits(body, webhookSchema);
  const webhook = isRecord(body.webhook) ? body.webhook : {};
  const enabled = webhook.enabled === true;
  const events = Array.isArray(webhook.events) ? [...new Set(webhook.events.map(String))] : [];
  const url = textOf(webhook.url) ?? '';
  if (enabled && url === '') throw badRequest(['webhook.url does not meet minimum length of 1']);
  return {
    // Who only switches it off may leave the address empty; some clients write a word there.
    url: url === '' || (!enabled && !URL.canParse(url)) ? undefined : url,
    enabled,
    events: !enabled ? [] : events.length === 0 ? EVOLUTION_EVENTS : events,
    byEvents: flagOf(webhook.byEvents),
    base64: flagOf(webhook.base64),
    headers: headersOf(webhook.headers),
  };
}

/** Undefined where none are given. Values are texts on the wire, whatever they were in JSON. */
export function headersOf(given: unknown): Record<string, string> | undefined {
  if (!isRecord(given)) return undefined;
  const entries = Object.entries(given).filter(([, value]) => value !== null && value !== undefined);
  const bad = entries.find(([, value]) => typeof value === 'object');
  if (bad !== undefined) throw badRequest([`webhook.headers.${bad[0].slice(0, 80)} is not of a type(s) string`]);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
