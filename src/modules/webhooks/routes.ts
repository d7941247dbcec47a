import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';
import { callerOf } from '../../http/authenticate.ts';
import { problems } from '../../http/problem-details.ts';
import { encodeCursor } from '../../platform/cursor.ts';
import type { WebhookDelivery } from './index.ts';
import { deliveryCursor, filterOf, momentOf, pageOfEndpoints } from './read-query.ts';
import {
  ChangeBody,
  CreateBody,
  DeadLettersQuery,
  Deleted,
  DeliveriesQuery,
  DeliveryParams,
  DeliveryWithAttempts,
  EndpointsQuery,
  EndpointWithSecret,
  endpointView,
  IdParams,
  ManyDeliveries,
  ManyEndpoints,
  OneDelivery,
  OneEndpoint,
  ReplayAnswer,
  ReplayBody,
  TestCallAnswer,
  viewOfAttempt,
  viewOfDelivery,
} from './schemas.ts';
import { eventIdText } from './told-event.ts';

const tags = ['Webhooks'];
const config = { auth: 'user' } as const;
const reading = { auth: 'user', body: false } as const;
const writing = { auth: 'user', body: true } as const;

/** Endpoints, and what was delivered to them. */
export function registerWebhookRoutes(instance: FastifyInstance, deps: { webhookDelivery: WebhookDelivery }): void {
  registerEndpointRoutes(instance, deps);
  registerDeliveryRoutes(instance, deps);
}

function registerEndpointRoutes(instance: FastifyInstance, deps: { webhookDelivery: WebhookDelivery }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { endpoints, testCall, replay } = deps.webhookDelivery;

  app.post(
    '/api/webhooks',
    {
      config,
      schema: {
        tags,
        summary: 'Create an endpoint',
        description: 'Without `phone_number_id` it hears of all your phone numbers. The secret is shown this once.',
        body: CreateBody,
        response: { 201: EndpointWithSecret, ...problems(writing, 'invalid_url', 'not_found', 'endpoint_limit') },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const { endpoint, secret } = await endpoints.create({
        userId: callerOf(request).userId,
        role: callerOf(request).role,
        url: body.url,
        phoneNumberId: body.phone_number_id ?? null,
        events: body.events ?? null,
        format: body.format ?? 'evofleet',
        schedule: body.schedule ?? 'standard',
        enabled: body.enabled ?? true,
      });
      return reply.code(201).send({ success: true, endpoint: endpointView(endpoint), secret });
    },
  );

  app.get(
    '/api/webhooks',
    {
      config,
      schema: {
        tags,
        summary: 'List endpoints',
        querystring: EndpointsQuery,
        response: { 200: ManyEndpoints, ...problems(reading) },
      },
    },
    async (request) => {
      const page = await endpoints.list(callerOf(request).userId, pageOfEndpoints(request.query));
      return {
        success: true as const,
        endpoints: page.endpoints.map(endpointView),
        next_cursor: page.next === null ? null : encodeCursor(page.next),
      };
    },
  );

  app.get(
    '/api/webhooks/:id',
    {
      config,
      schema: {
        tags,
        summary: 'One endpoint',
        params: IdParams,
        response: { 200: OneEndpoint, ...problems(reading, 'not_found') },
      },
    },
    async (request) => ({
      success: true as const,
      endpoint: endpointView(await endpoints.get(callerOf(request).userId, request.params.id)),
    }),
  );

  app.patch(
    '/api/webhooks/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Change an endpoint',
        params: IdParams,
        body: ChangeBody,
        response: { 200: OneEndpoint, ...problems(writing, 'not_found', 'invalid_url', 'endpoint_set_elsewhere') },
      },
    },
    async (request) => ({
      success: true as const,
      endpoint: endpointView(await endpoints.change(callerOf(request), request.params.id, request.body)),
    }),
  );

  app.delete(
    '/api/webhooks/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Delete an endpoint',
        description: 'What was pending for it ends as dead letters.',
        params: IdParams,
        response: { 200: Deleted, ...problems(reading, 'not_found', 'endpoint_set_elsewhere') },
      },
    },
    async (request) => {
      await endpoints.delete(callerOf(request).userId, request.params.id);
      return { success: true as const, message: 'Endpoint deleted successfully' };
    },
  );

  app.post(
    '/api/webhooks/:id/test',
    {
      config,
      schema: {
        tags,
        summary: 'Call an endpoint now',
        description: 'With an event `endpoint.test`, signed like any other, once, also while it is disabled.',
        params: IdParams,
        response: { 200: TestCallAnswer, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      const call = await testCall(callerOf(request).userId, request.params.id);
      return {
        success: true as const,
        delivered: call.delivered,
        status_code: call.statusCode,
        error: call.error,
        response_time_ms: call.responseTimeMs,
      };
    },
  );

  app.post(
    '/api/webhooks/:id/secret/rotate',
    {
      config,
      schema: {
        tags,
        summary: 'Give an endpoint a new secret',
        description: 'Shown this once. For 24 h `webhook-signature` is by both; `X-Signature` is by the new one.',
        params: IdParams,
        response: { 200: EndpointWithSecret, ...problems(reading, 'not_found', 'endpoint_set_elsewhere') },
      },
    },
    async (request) => {
      const { endpoint, secret } = await endpoints.rotateSecret(callerOf(request).userId, request.params.id);
      return { success: true as const, endpoint: endpointView(endpoint), secret };
    },
  );

  app.post(
    '/api/webhooks/:id/replay',
    {
      config,
      schema: {
        tags,
        summary: 'Deliver the events of a time once more',
        description: 'Also those of a time at which the endpoint was disabled or did not exist.',
        params: IdParams,
        body: ReplayBody,
        response: { 200: ReplayAnswer, ...problems(writing, 'not_found', 'endpoint_disabled') },
      },
    },
    async (request) => {
      const { since, until, which = 'failed' } = request.body;
      const { replayed, nextSince } = await replay.range(callerOf(request).userId, request.params.id, {
        since: momentOf(since),
        until: until === undefined ? new Date() : momentOf(until),
        deliveredToo: which === 'all',
      });
      return { success: true as const, replayed, next_since: nextSince?.toISOString() ?? null };
    },
  );
}

function registerDeliveryRoutes(instance: FastifyInstance, deps: { webhookDelivery: WebhookDelivery }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { webhookDelivery } = deps;

  async function page(userId: number, query: Static<typeof DeliveriesQuery>) {
    const { limit = 100, cursor } = query;
    const { deliveries, next } = await webhookDelivery.deliveries(userId, filterOf(query), {
      limit,
      ...(cursor === undefined ? {} : { after: deliveryCursor(cursor) }),
    });
    return {
      success: true as const,
      deliveries: deliveries.map((delivery) => viewOfDelivery(delivery, eventIdText(delivery.eventId))),
      next_cursor: next === null ? null : encodeCursor(next),
    };
  }

  app.get(
    '/api/webhooks/deliveries',
    {
      config,
      schema: {
        tags,
        summary: 'List deliveries, newest first',
        querystring: DeliveriesQuery,
        response: { 200: ManyDeliveries, ...problems(reading) },
      },
    },
    (request) => page(callerOf(request).userId, request.query),
  );

  app.get(
    '/api/webhooks/dead-letters',
    {
      config,
      schema: {
        tags,
        summary: 'List dead letters, newest first',
        description: 'Deliveries that ended without success; each can be replayed.',
        querystring: DeadLettersQuery,
        response: { 200: ManyDeliveries, ...problems(reading) },
      },
    },
    (request) => page(callerOf(request).userId, { ...request.query, status: 'dead' }),
  );

  app.get(
    '/api/webhooks/deliveries/:delivery_id',
    {
      config,
      schema: {
        tags,
        summary: 'One delivery with its attempts',
        params: DeliveryParams,
        response: { 200: DeliveryWithAttempts, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      const { delivery_id } = request.params;
      const { delivery, attempts } = await webhookDelivery.delivery(callerOf(request).userId, delivery_id);
      const view = viewOfDelivery(delivery, eventIdText(delivery.eventId));
      return { success: true as const, delivery: { ...view, attempts_made: attempts.map(viewOfAttempt) } };
    },
  );

  app.post(
    '/api/webhooks/deliveries/:delivery_id/replay',
    {
      config,
      schema: {
        tags,
        summary: 'Deliver once more',
        description: 'Begins its schedule anew, at once, with the same `webhook-id`.',
        params: DeliveryParams,
        response: { 200: OneDelivery, ...problems(reading, 'not_found', 'endpoint_disabled') },
      },
    },
    async (request) => {
      const delivery = await webhookDelivery.replay.one(callerOf(request).userId, request.params.delivery_id);
      return { success: true as const, delivery: viewOfDelivery(delivery, eventIdText(delivery.eventId)) };
    },
  );
}
