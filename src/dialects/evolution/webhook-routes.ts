import { instanceIdOf } from '../../evolution/instance-id.ts';
import type { EvolutionEndpoint, WebhookDelivery } from '../../modules/webhooks/index.ts';
import type { NumberCall, Routes } from './routes.ts';
import { readWebhook } from './webhook-body.ts';

/** The one endpoint of a number that this contract knows; it is among the user's endpoints, too. */
export function addWebhookRoutes(
  routes: Routes,
  { webhookDelivery }: { webhookDelivery: Pick<WebhookDelivery, 'evolutionEndpoint'> },
): void {
  const { evolutionEndpoint } = webhookDelivery;

  routes.ofNumber(
    'POST',
    '/webhook/set/:instanceName',
    async (call) => {
      const wish = readWebhook(call.body);
      const endpoint = await evolutionEndpoint.set(call.caller.userId, call.number.id, wish);
      return rowOf(call, endpoint ?? nothingSet());
    },
    { status: 201 },
  );

  routes.ofNumber('GET', '/webhook/find/:instanceName', async (call) => {
    const endpoint = await evolutionEndpoint.find(call.caller.userId, call.number.id);
    return endpoint === undefined ? null : rowOf(call, endpoint);
  });
}

function rowOf({ number }: NumberCall, endpoint: EvolutionEndpoint) {
  const { id, url, headers, enabled, events, byEvents, base64, createdAt, updatedAt } = endpoint;
  return {
    id: String(id),
    url,
    headers: Object.keys(headers).length === 0 ? null : headers,
    enabled,
    events,
    webhookByEvents: byEvents,
    webhookBase64: base64,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    instanceId: instanceIdOf(number.instanceName),
  };
}

// Switched off where there was none, and no address to keep for later.
function nothingSet(): EvolutionEndpoint {
  const now = new Date();
  const flags = { enabled: false, byEvents: false, base64: false };
  return { id: 0, url: '', ...flags, events: [], headers: {}, createdAt: now, updatedAt: now };
}
