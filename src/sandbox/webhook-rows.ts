import { EVOLUTION_EVENTS } from '../evolution/wire.ts';
import type { Json, Row, WebhookRow } from './types.ts';
import { asJson, asText, isoNow, type World } from './world.ts';

/**
 * Sets a webhook: what is left out keeps its former value, an empty list means every event, and switching off empties it.
 * @throws TypeError when it is switched on without a list of events, as the server does.
 */
export function storeWebhook(world: World, row: Row, given: Json): WebhookRow {
  const now = isoNow(world);
  const old = row.webhook;
  const stored: WebhookRow = {
    id: old?.id ?? world.identifiers.cuid(),
    url: asText(given.url) ?? old?.url ?? '',
    headers: given.headers === undefined ? (old?.headers ?? null) : asJson(given.headers),
    enabled: given.enabled === true,
    events: given.enabled === true ? eventsOf(given.events) : [],
    webhookByEvents: typeof given.byEvents === 'boolean' ? given.byEvents : (old?.webhookByEvents ?? false),
    webhookBase64: typeof given.base64 === 'boolean' ? given.base64 : (old?.webhookBase64 ?? false),
    createdAt: old?.createdAt ?? now,
    updatedAt: now,
    instanceId: row.id,
  };
  row.webhook = stored;
  world.changed();
  return stored;
}

function eventsOf(given: unknown): string[] {
  if (!Array.isArray(given)) throw new TypeError("Cannot read properties of undefined (reading 'length')");
  return given.length === 0 ? [...EVOLUTION_EVENTS] : given.map(String);
}
