import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/problem-details.ts';
import type { PhoneNumbers } from '../index.ts';
import { ConnectBody, IdParams, OneNumber, Recreated, viewOf } from '../schemas.ts';

const tags = ['Phone numbers'];
const config = { auth: 'user' } as const;
const writing = { auth: 'user', body: true } as const;
const ordering = { auth: 'user', body: false } as const;
const underWay = ['creation_under_way', 'move_under_way', 'connecting_under_way'] as const;
const refusals = ['not_found', ...underWay, 'backend_failed', 'backend_unavailable'] as const;

/** What users order for the connection of their numbers. */
export function registerConnectingRoutes(instance: FastifyInstance, deps: { phoneNumbers: PhoneNumbers }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { phoneNumbers } = deps;

  app.post(
    '/api/phone-numbers/:id/connect',
    {
      config,
      schema: {
        tags,
        summary: 'Connect a phone number',
        description:
          'Answers with the QR code, and with a pairing code where pairing_number is given; both are null once it is ' +
          'connected. Whoever asks while it is being connected gets what that leads to.',
        params: IdParams,
        body: Type.Union([ConnectBody, Type.Null()]),
        response: { 200: OneNumber, ...problems(writing, ...refusals) },
      },
    },
    async (request) => ({
      success: true as const,
      phone_number: viewOf(
        await phoneNumbers.connect(callerOf(request).userId, request.params.id, request.body?.pairing_number),
      ),
    }),
  );

  app.post(
    '/api/phone-numbers/:id/restart',
    {
      config,
      schema: {
        tags,
        summary: 'Restart the connection of a phone number',
        description: 'Ends its socket and opens it anew. No scan is needed where it is paired.',
        params: IdParams,
        response: { 200: OneNumber, ...problems(ordering, ...refusals) },
      },
    },
    async (request) => ({
      success: true as const,
      phone_number: viewOf(
        await phoneNumbers.orders.restart({ userId: callerOf(request).userId, id: request.params.id }),
      ),
    }),
  );

  app.post(
    '/api/phone-numbers/:id/logout',
    {
      config,
      schema: {
        tags,
        summary: 'Log a phone number out',
        description: 'It needs a scan when it is connected again. Token, endpoints and history stay.',
        params: IdParams,
        response: { 200: OneNumber, ...problems(ordering, ...refusals, 'action_not_supported') },
      },
    },
    async (request) => ({
      success: true as const,
      phone_number: viewOf(
        await phoneNumbers.orders.logout({ userId: callerOf(request).userId, id: request.params.id }),
      ),
    }),
  );

  app.post(
    '/api/phone-numbers/:id/recreate',
    {
      config,
      schema: {
        tags,
        summary: 'Make a phone number anew on its backend',
        description:
          'For one that cannot be connected in any other way. It asks for a scan; token, endpoints and history stay.',
        params: IdParams,
        response: {
          200: Recreated,
          ...problems(ordering, ...refusals, 'number_not_movable', 'no_backend_available'),
        },
      },
    },
    async (request) => {
      const of = { userId: callerOf(request).userId, id: request.params.id };
      const { outcome, number } = await phoneNumbers.orders.recreate(of, 'ordered_by_user');
      return { success: true as const, outcome, phone_number: viewOf(number) };
    },
  );
}
