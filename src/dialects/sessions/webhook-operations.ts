import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { eventTypes } from '../../modules/events/index.ts';
import type { PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import type { WebhookDelivery } from '../../modules/webhooks/index.ts';
import { decodeNumericCursor, encodeCursor } from '../../platform/cursor.ts';
import { addDeliveryOperations } from './delivery-operations.ts';
import { createOperations } from './operation.ts';
import { exact, moment, nextCursor, nothing, nullable, ofSession, paging, sessionId, sessionRef } from './schemas.ts';
import type { Sessions } from './session-ref.ts';

export type WebhookDeps = { phoneNumbers: PhoneNumbers; webhookDelivery: WebhookDelivery };

type Endpoint = Awaited<ReturnType<WebhookDelivery['endpoints']['get']>>;

const url = Type.String({ minLength: 1, maxLength: 2048, examples: ['https://your-webhook.com/whatsapp'] });
const events = nullable(
  Type.Array(Type.Enum([...eventTypes]), {
    minItems: 1,
    maxItems: eventTypes.length,
    uniqueItems: true,
    description: 'What it hears of; null or left out: all.',
  }),
);
const isActive = Type.Boolean({ description: 'False: nothing is delivered, and what is pending ends.' });
/** An endpoint in a path. */
export const ofWebhook = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) });

const CreateBody = Type.Object(
  {
    url,
    session_id: Type.Optional(nullable(sessionRef)),
    events: Type.Optional(events),
    is_active: Type.Optional(isActive),
  },
  { ...exact, examples: [{ url: 'https://your-webhook.com/whatsapp', events: ['message.received'] }] },
);
const ChangeBody = Type.Object(
  { url: Type.Optional(url), events: Type.Optional(events), is_active: Type.Optional(isActive) },
  { ...exact, minProperties: 1, examples: [{ events: ['message.received'] }] },
);

const WebhookView = Type.Object({
  id: Type.Integer(),
  url: Type.String(),
  session_id: nullable(sessionId),
  events: nullable(Type.Array(Type.String())),
  is_active: Type.Boolean(),
  disabled_reason: nullable(Type.String()),
  failing_since: nullable(moment()),
  created_at: moment(),
});
const OneWebhook = Type.Object({ webhook: WebhookView });
const WithSecret = Type.Object({
  webhook: WebhookView,
  secret: Type.String({ description: 'Signs what is delivered; shown this once.', examples: ['whsec_…'] }),
});

/** Webhooks of a user, of all sessions or of one, and what was delivered to them. */
export function addWebhookOperations(app: FastifyInstance, deps: WebhookDeps & { sessions: Sessions }): void {
  const { webhookDelivery, sessions } = deps;
  const { endpoints, testCall } = webhookDelivery;
  const operation = createOperations(app, 'webhooks');

  operation(
    'POST',
    '/webhooks',
    {
      summary: 'Create a webhook',
      description: 'Without `session_id` it hears of all your sessions.',
      body: CreateBody,
      data: WithSecret,
      statuses: [201],
      message: 'Webhook created successfully',
      problems: ['invalid_url', 'not_found', 'endpoint_limit'],
    },
    async ({ userId, caller, body }) => {
      const { session_id: ref = null, is_active: enabled = true } = body;
      const { endpoint, secret } = await endpoints.create({
        userId,
        role: caller.role,
        url: body.url,
        phoneNumberId: ref === null ? null : await sessions.idOf(userId, ref),
        events: body.events ?? null,
        format: 'evofleet',
        schedule: 'standard',
        enabled,
      });
      return { webhook: viewOf(endpoint), secret };
    },
  );

  operation(
    'GET',
    '/webhooks',
    {
      summary: 'List webhooks',
      description: 'Oldest first.',
      query: Type.Object({ ...paging(500, 100), session_id: Type.Optional(ofSession.properties.id) }, exact),
      data: Type.Object({ webhooks: Type.Array(WebhookView), next_cursor: nextCursor }),
      problems: ['not_found'],
    },
    async ({ userId, query }) => {
      const { limit = 100, cursor, session_id } = query;
      const { endpoints: found, next } = await endpoints.list(userId, {
        limit,
        ...(cursor === undefined ? {} : { after: decodeNumericCursor(cursor) }),
        ...(session_id === undefined ? {} : { phoneNumberId: await sessions.idOf(userId, session_id) }),
      });
      return { webhooks: found.map(viewOf), next_cursor: next === null ? null : encodeCursor(next) };
    },
  );

  operation(
    'GET',
    '/webhooks/:id',
    { summary: 'One webhook', params: ofWebhook, data: OneWebhook, problems: ['not_found'] },
    async ({ userId, params }) => ({ webhook: viewOf(await endpoints.get(userId, params.id)) }),
  );

  operation(
    'PATCH',
    '/webhooks/:id',
    {
      summary: 'Change a webhook',
      params: ofWebhook,
      body: ChangeBody,
      data: OneWebhook,
      problems: ['not_found', 'invalid_url', 'endpoint_set_elsewhere'],
    },
    async ({ caller, params, body }) => {
      const { is_active, ...change } = body;
      const enabled = is_active === undefined ? {} : { enabled: is_active };
      return { webhook: viewOf(await endpoints.change(caller, params.id, { ...change, ...enabled })) };
    },
  );

  operation(
    'DELETE',
    '/webhooks/:id',
    {
      summary: 'Delete a webhook',
      params: ofWebhook,
      data: nothing,
      message: 'Webhook deleted successfully',
      problems: ['not_found', 'endpoint_set_elsewhere'],
    },
    async ({ userId, params }) => {
      await endpoints.delete(userId, params.id);
      return null;
    },
  );

  operation(
    'POST',
    '/webhooks/:id/test',
    {
      summary: 'Call a webhook now',
      params: ofWebhook,
      data: Type.Object({
        delivered: Type.Boolean(),
        status_code: nullable(Type.Integer()),
        error: nullable(Type.String()),
        response_time_ms: Type.Integer(),
      }),
      problems: ['not_found'],
    },
    async ({ userId, params }) => {
      const { delivered, statusCode, error, responseTimeMs } = await testCall(userId, params.id);
      return { delivered, status_code: statusCode, error, response_time_ms: responseTimeMs };
    },
  );

  operation(
    'POST',
    '/webhooks/:id/secret/rotate',
    {
      summary: 'Give a webhook a new secret',
      params: ofWebhook,
      data: WithSecret,
      problems: ['not_found', 'endpoint_set_elsewhere'],
    },
    async ({ userId, params }) => {
      const { endpoint, secret } = await endpoints.rotateSecret(userId, params.id);
      return { webhook: viewOf(endpoint), secret };
    },
  );

  addDeliveryOperations(app, deps);
}

function viewOf(endpoint: Endpoint): Static<typeof WebhookView> {
  return {
    id: endpoint.id,
    url: endpoint.url,
    session_id: endpoint.phoneNumberId === null ? null : String(endpoint.phoneNumberId),
    events: endpoint.events,
    is_active: endpoint.enabled,
    disabled_reason: endpoint.disabledReason,
    failing_since: endpoint.failingSince?.toISOString() ?? null,
    created_at: endpoint.createdAt.toISOString(),
  };
}
