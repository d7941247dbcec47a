import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { problems } from '../../http/problem-details.ts';
import { cutPage, decodeNumericCursor, encodeCursor } from '../../platform/cursor.ts';
import type { Admin } from './index.ts';
import { actorOf, config, reading, tags } from './operator-routes.ts';
import { IdParams, ManyNumbers, NumbersQuery, OrderAnswer, RecreateAnswer } from './schemas.ts';
import { foundNumberView, orderedNumberView } from './views.ts';

const ordering = { auth: 'operator', body: false } as const;
const underWay = ['creation_under_way', 'move_under_way', 'connecting_under_way'] as const;
const refusals = ['not_found', ...underWay, 'backend_failed', 'backend_unavailable'] as const;

/** Anybody's numbers, and what operators order for their connection. */
export function registerNumberRoutes(instance: FastifyInstance, { admin }: { admin: Admin }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/api/admin/phone-numbers',
    {
      config,
      schema: {
        tags,
        summary: "List anybody's phone numbers",
        description:
          'Oldest first; of a user, of a backend, of a status. One asked for by its id also where it is deleted.',
        querystring: NumbersQuery,
        response: { 200: ManyNumbers, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      const { id, user_id: userId, backend_id: backendId, status, limit = 100, cursor } = request.query;
      const rows = await admin.listNumbers(
        {
          ...(id === undefined ? {} : { id }),
          ...(userId === undefined ? {} : { userId }),
          ...(backendId === undefined ? {} : { backendId }),
          ...(status === undefined ? {} : { status }),
        },
        { limit: limit + 1, ...(cursor === undefined ? {} : { after: decodeNumericCursor(cursor) }) },
      );
      const { page, next } = cutPage(rows, limit);
      return {
        success: true as const,
        phone_numbers: page.map(foundNumberView),
        next_cursor: next === null ? null : encodeCursor(next),
      };
    },
  );

  app.post(
    '/api/admin/phone-numbers/:id/restart',
    {
      config,
      schema: {
        tags,
        summary: "Restart a phone number's connection",
        description: 'Ends its socket and opens it anew. No scan is needed where it is paired.',
        params: IdParams,
        response: { 200: OrderAnswer, ...problems(ordering, ...refusals) },
      },
    },
    async (request) => ({
      success: true as const,
      phone_number: orderedNumberView(await admin.restartNumber(actorOf(request), request.params.id)),
    }),
  );

  app.post(
    '/api/admin/phone-numbers/:id/logout',
    {
      config,
      schema: {
        tags,
        summary: 'Log a phone number out',
        description: 'Its owner scans again when it is connected. Token, endpoints and history stay.',
        params: IdParams,
        response: { 200: OrderAnswer, ...problems(ordering, ...refusals, 'action_not_supported') },
      },
    },
    async (request) => ({
      success: true as const,
      phone_number: orderedNumberView(await admin.logoutNumber(actorOf(request), request.params.id)),
    }),
  );

  app.post(
    '/api/admin/phone-numbers/:id/recreate',
    {
      config,
      schema: {
        tags,
        summary: 'Make a phone number anew on its backend',
        description:
          'Under another name there, or on another backend where its own takes none. Its owner scans again; token, ' +
          'endpoints and history stay. Where it cannot be made, nothing changes.',
        params: IdParams,
        response: {
          200: RecreateAnswer,
          ...problems(ordering, ...refusals, 'number_not_movable', 'no_backend_available'),
        },
      },
    },
    async (request) => {
      const { outcome, number } = await admin.recreateNumber(actorOf(request), request.params.id);
      return { success: true as const, outcome, phone_number: orderedNumberView(number) };
    },
  );
}
