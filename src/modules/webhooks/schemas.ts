import { type Static, Type } from 'typebox';
import { eventTypes } from '../events/index.ts';
import type { Attempt, Delivery } from './delivery.ts';
import { type Endpoint, endpointFormats, schedules } from './endpoint.ts';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const exact = { additionalProperties: false } as const;
const time = () => Type.String({ format: 'date-time' });
const bigId = (description?: string) =>
  Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, ...(description === undefined ? {} : { description }) });
const uuid = () => Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });

const Url = Type.String({ minLength: 1, maxLength: 2048, examples: ['https://yourapp.com/webhook'] });
const EventName = Type.Enum([...eventTypes]);
const Events = nullable(
  Type.Array(EventName, {
    minItems: 1,
    maxItems: eventTypes.length,
    uniqueItems: true,
    description: 'What it hears of; null or left out: all that its format has words for.',
  }),
);
const Format = Type.Enum([...endpointFormats], {
  description:
    '`evofleet`: `{id, event, timestamp, sequence, phone_number, payload}` · `evolution`: as an Evolution server calls · ' +
    '`connect`: received messages alone, `{event, clientId, from, to, body, timestamp, messageId}`.',
});
const ScheduleName = Type.Enum([...schedules], {
  description:
    'Attempts: `standard` at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h (±20 %) · ' +
    '`short` at once, then after 1 s, 3 s, 7 s.',
});

export const CreateBody = Type.Object(
  {
    url: Url,
    phone_number_id: Type.Optional(nullable(bigId('Only what is about this phone number of yours.'))),
    events: Type.Optional(Events),
    format: Type.Optional(Format),
    schedule: Type.Optional(ScheduleName),
    enabled: Type.Optional(Type.Boolean()),
  },
  { ...exact, examples: [{ url: 'https://yourapp.com/webhook', events: ['message.received', 'message.failed'] }] },
);

export const ChangeBody = Type.Object(
  {
    url: Type.Optional(Url),
    events: Type.Optional(Events),
    format: Type.Optional(Format),
    schedule: Type.Optional(ScheduleName),
    enabled: Type.Optional(Type.Boolean({ description: 'true also forgets failures; false ends what is pending.' })),
  },
  { ...exact, minProperties: 1, examples: [{ events: ['message.received'], schedule: 'short' }] },
);

export const ReplayBody = Type.Object(
  {
    since: Type.String({ format: 'date-time', description: 'Events from this moment on.' }),
    until: Type.Optional(Type.String({ format: 'date-time', description: 'Events before this moment; now if unset.' })),
    which: Type.Optional(
      Type.Enum(['failed', 'all'], {
        description: '`failed` (default): what was not delivered · `all`: what was delivered, too.',
      }),
    ),
  },
  { ...exact, examples: [{ since: '2026-01-01T00:00:00Z' }] },
);

export const IdParams = Type.Object({ id: bigId() });
export const DeliveryParams = Type.Object({ delivery_id: uuid() });

const paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: '`next_cursor` of the page before.' }),
  ),
};

export const EndpointsQuery = Type.Object({ ...paging, phone_number_id: Type.Optional(bigId()) }, exact);

const deliveryFilters = {
  endpoint_id: Type.Optional(bigId()),
  phone_number_id: Type.Optional(bigId()),
  event: Type.Optional(EventName),
  since: Type.Optional(time()),
  until: Type.Optional(time()),
};
const Status = Type.Enum(['pending', 'delivered', 'dead']);

export const DeliveriesQuery = Type.Object({ ...paging, ...deliveryFilters, status: Type.Optional(Status) }, exact);
export const DeadLettersQuery = Type.Object({ ...paging, ...deliveryFilters }, exact);

const EndpointView = Type.Object({
  id: Type.Integer(),
  url: Type.String(),
  phone_number_id: nullable(Type.Integer()),
  events: nullable(Type.Array(Type.String())),
  format: Format,
  schedule: ScheduleName,
  enabled: Type.Boolean(),
  disabled_reason: nullable(
    Type.Enum(['by_user', 'gone', 'only_failures'], {
      description: '`gone`: the receiver answered 410 · `only_failures`: for 120 h.',
    }),
  ),
  disabled_at: nullable(time()),
  failing_since: nullable(Type.String({ format: 'date-time', description: 'The first failure since a success.' })),
  origin: Type.Enum(['api', 'phone_number', 'settings'], {
    description: "`phone_number`: it is a phone number's `webhook_url` · `settings`: the installation's.",
  }),
  dialect: nullable(
    Type.String({
      description: 'Set by a client of another contract, where the phone number has this one endpoint.',
      examples: ['evolution'],
    }),
  ),
  by_events: Type.Boolean({ description: 'With format `evolution`: each kind of event at a path of its own.' }),
  base64: Type.Boolean({ description: 'With format `evolution`: the media of received messages comes with them.' }),
  created_at: time(),
});

const secret = Type.String({
  description: 'Shown this once. Signs as Standard Webhooks say, and `X-Signature`.',
  examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
});

export const OneEndpoint = Type.Object({ success: Type.Literal(true), endpoint: EndpointView });
export const EndpointWithSecret = Type.Object({ success: Type.Literal(true), endpoint: EndpointView, secret });
export const ManyEndpoints = Type.Object({
  success: Type.Literal(true),
  endpoints: Type.Array(EndpointView),
  next_cursor: nullable(Type.String()),
});
export const Deleted = Type.Object({ success: Type.Literal(true), message: Type.String() });
export const TestCallAnswer = Type.Object({
  success: Type.Literal(true),
  delivered: Type.Boolean(),
  status_code: nullable(Type.Integer()),
  error: nullable(Type.String()),
  response_time_ms: Type.Integer(),
});
export const ReplayAnswer = Type.Object({
  success: Type.Literal(true),
  replayed: Type.Integer(),
  next_since: nullable(
    Type.String({
      format: 'date-time',
      description: 'Where the rest begins: at most 10,000 are replayed by one call.',
    }),
  ),
});

const deliveryView = {
  id: Type.String(),
  endpoint_id: Type.Integer(),
  phone_number_id: nullable(Type.Integer()),
  event_id: Type.String({ description: 'The `webhook-id` of every attempt.', examples: ['evt_018f…'] }),
  event: Type.String(),
  status: Status,
  status_reason: nullable(Type.String({ description: 'Why it is a dead letter.', examples: ['attempts_used_up'] })),
  attempts: Type.Integer(),
  next_attempt_at: nullable(time()),
  created_at: time(),
  ended_at: nullable(time()),
};
const DeliveryView = Type.Object(deliveryView);

export const ManyDeliveries = Type.Object({
  success: Type.Literal(true),
  deliveries: Type.Array(DeliveryView),
  next_cursor: nullable(Type.String()),
});
export const OneDelivery = Type.Object({ success: Type.Literal(true), delivery: DeliveryView });
export const DeliveryWithAttempts = Type.Object({
  success: Type.Literal(true),
  delivery: Type.Object({
    ...deliveryView,
    attempts_made: Type.Array(
      Type.Object({
        attempt: Type.Integer(),
        sent_at: time(),
        status_code: nullable(Type.Integer()),
        error: nullable(Type.String()),
        response_time_ms: nullable(Type.Integer()),
        payload: nullable(Type.String({ description: 'The body that was sent, its first 64 Ki characters.' })),
      }),
      { description: 'Oldest first, as long as logs are kept.' },
    ),
  }),
});

export function endpointView(endpoint: Endpoint): Static<typeof EndpointView> {
  return {
    id: endpoint.id,
    url: endpoint.url,
    phone_number_id: endpoint.phoneNumberId,
    events: endpoint.events,
    format: endpoint.format,
    schedule: endpoint.schedule,
    enabled: endpoint.enabled,
    disabled_reason: endpoint.disabledReason,
    disabled_at: endpoint.disabledAt?.toISOString() ?? null,
    failing_since: endpoint.failingSince?.toISOString() ?? null,
    origin: endpoint.origin,
    dialect: endpoint.dialect,
    by_events: endpoint.byEvents,
    base64: endpoint.base64,
    created_at: endpoint.createdAt.toISOString(),
  };
}

export function viewOfDelivery(delivery: Delivery, eventId: string): Static<typeof DeliveryView> {
  return {
    id: delivery.id,
    endpoint_id: delivery.endpointId,
    phone_number_id: delivery.phoneNumberId,
    event_id: eventId,
    event: delivery.eventType,
    status: delivery.status,
    status_reason: delivery.statusReason,
    attempts: delivery.attempts,
    next_attempt_at: delivery.dueAt?.toISOString() ?? null,
    created_at: delivery.createdAt.toISOString(),
    ended_at: delivery.endedAt?.toISOString() ?? null,
  };
}

export function viewOfAttempt(attempt: Attempt) {
  return {
    attempt: attempt.attempt,
    sent_at: attempt.sentAt.toISOString(),
    status_code: attempt.statusCode,
    error: attempt.error,
    response_time_ms: attempt.responseTimeMs,
    payload: attempt.payload,
  };
}
