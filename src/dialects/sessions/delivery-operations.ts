import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { eventIdText, type WebhookDelivery } from '../../modules/webhooks/index.ts';
import { decodeUuidCursor, encodeCursor } from '../../platform/cursor.ts';
import { momentOf } from './moments.ts';
import { createOperations } from './operation.ts';
import { exact, moment, nextCursor, nullable, ofSession, paging, sessionId } from './schemas.ts';
import type { Sessions } from './session-ref.ts';

type Found = Awaited<ReturnType<WebhookDelivery['delivery']>>;

const status = Type.Enum(['pending', 'delivered', 'dead']);
const webhookId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const ofDelivery = Type.Object({
  delivery_id: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
});
const deliveryFields = {
  id: Type.String(),
  webhook_id: Type.Integer(),
  session_id: nullable(sessionId),
  event_id: Type.String({ examples: ['evt_018f…'] }),
  event: Type.String(),
  status,
  status_reason: nullable(Type.String()),
  attempts: Type.Integer(),
  next_attempt_at: nullable(moment()),
  created_at: moment(),
  ended_at: nullable(moment()),
};
const DeliveryView = Type.Object(deliveryFields);
const AttemptView = Type.Object({
  attempt: Type.Integer(),
  sent_at: moment(),
  status_code: nullable(Type.Integer()),
  error: nullable(Type.String()),
  response_time_ms: nullable(Type.Integer()),
});

const ReplayBody = Type.Object(
  {
    since: moment('Events from this moment on.'),
    until: Type.Optional(moment('Events before this moment; now if unset.')),
    which: Type.Optional(
      Type.Enum(['failed', 'all'], { description: '`failed` if unset; `all`: what was delivered, too.' }),
    ),
  },
  { ...exact, examples: [{ since: '2026-01-01T00:00:00Z' }] },
);

/** What was delivered to webhooks, and once more. */
export function addDeliveryOperations(
  app: FastifyInstance,
  { webhookDelivery, sessions }: { webhookDelivery: WebhookDelivery; sessions: Sessions },
): void {
  const operation = createOperations(app, 'webhooks');

  operation(
    'GET',
    '/webhooks/deliveries',
    {
      summary: 'List deliveries',
      description: 'Newest first; those of status `dead` ended without success.',
      query: Type.Object(
        {
          ...paging(500, 100),
          webhook_id: Type.Optional(webhookId),
          session_id: Type.Optional(ofSession.properties.id),
          status: Type.Optional(status),
        },
        exact,
      ),
      data: Type.Object({ deliveries: Type.Array(DeliveryView), next_cursor: nextCursor }),
      problems: ['not_found'],
    },
    async ({ userId, query }) => {
      const { limit = 100, cursor, webhook_id, session_id, status } = query;
      const filter = {
        ...(webhook_id === undefined ? {} : { endpointId: webhook_id }),
        ...(session_id === undefined ? {} : { phoneNumberId: await sessions.idOf(userId, session_id) }),
        ...(status === undefined ? {} : { status }),
      };
      const after = cursor === undefined ? {} : { after: decodeUuidCursor(cursor) };
      const { deliveries, next } = await webhookDelivery.deliveries(userId, filter, { limit, ...after });
      return { deliveries: deliveries.map(viewOf), next_cursor: next === null ? null : encodeCursor(next) };
    },
  );

  operation(
    'GET',
    '/webhooks/deliveries/:delivery_id',
    {
      summary: 'One delivery with its attempts',
      params: ofDelivery,
      data: Type.Object({ delivery: DeliveryView, attempts: Type.Array(AttemptView) }),
      problems: ['not_found'],
    },
    async ({ userId, params }) => {
      const { delivery, attempts } = await webhookDelivery.delivery(userId, params.delivery_id);
      return { delivery: viewOf(delivery), attempts: attempts.map(viewOfAttempt) };
    },
  );

  operation(
    'POST',
    '/webhooks/deliveries/:delivery_id/replay',
    {
      summary: 'Deliver once more',
      params: ofDelivery,
      data: Type.Object({ delivery: DeliveryView }),
      problems: ['not_found', 'endpoint_disabled'],
    },
    async ({ userId, params }) => ({
      delivery: viewOf(await webhookDelivery.replay.one(userId, params.delivery_id)),
    }),
  );

  operation(
    'POST',
    '/webhooks/:id/replay',
    {
      summary: 'Deliver the events of a time once more',
      params: Type.Object({ id: webhookId }),
      body: ReplayBody,
      data: Type.Object({
        replayed: Type.Integer(),
        next_since: nullable(moment('Where the rest begins: at most 10,000 are replayed by one call.')),
      }),
      problems: ['not_found', 'endpoint_disabled'],
    },
    async ({ userId, params, body }) => {
      const { replayed, nextSince } = await webhookDelivery.replay.range(userId, params.id, {
        since: momentOf(body.since),
        until: body.until === undefined ? new Date() : momentOf(body.until),
        deliveredToo: body.which === 'all',
      });
      return { replayed, next_since: nextSince?.toISOString() ?? null };
    },
  );
}

function viewOf(delivery: Found['delivery']): Static<typeof DeliveryView> {
  return {
    id: delivery.id,
    webhook_id: delivery.endpointId,
    session_id: delivery.phoneNumberId === null ? null : String(delivery.phoneNumberId),
    event_id: eventIdText(delivery.eventId),
    event: delivery.eventType,
    status: delivery.status,
    status_reason: delivery.statusReason,
    attempts: delivery.attempts,
    next_attempt_at: delivery.dueAt?.toISOString() ?? null,
    created_at: delivery.createdAt.toISOString(),
    ended_at: delivery.endedAt?.toISOString() ?? null,
  };
}

function viewOfAttempt({ attempt, sentAt, statusCode, error, responseTimeMs }: Found['attempts'][number]) {
  return {
    attempt,
    sent_at: sentAt.toISOString(),
    status_code: statusCode,
    error,
    response_time_ms: responseTimeMs,
  };
}
