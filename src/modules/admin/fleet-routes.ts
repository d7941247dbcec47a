import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { problems } from '../../http/problem-details.ts';
import { cutPage, decodeUuidCursor, encodeCursor } from '../../platform/cursor.ts';
import type { Admin } from './index.ts';
import { actorOf, config, reading, tags, writing } from './operator-routes.ts';
import {
  AuditAnswer,
  AuditQuery,
  FleetPlanAnswer,
  IdParams,
  MoveAnswer,
  MoveBody,
  PlanQuery,
  SearchAnswer,
  SearchQuery,
} from './schemas.ts';
import {
  auditView,
  fleetPlanView,
  foundMessageView,
  foundNumberView,
  foundRequestView,
  orderedNumberView,
  uptimeView,
} from './views.ts';

const movesUsual = 100;

/** The preview of a rebalance, moves, search and the audit log. */
export function registerFleetRoutes(instance: FastifyInstance, { admin }: { admin: Admin }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/api/admin/fleet/plan',
    {
      config,
      schema: {
        tags,
        summary: 'Preview a rebalance',
        description: 'What would move, and why. Nothing does: each move is a call of its own.',
        querystring: PlanQuery,
        response: { 200: FleetPlanAnswer, ...problems(reading, 'not_found') },
      },
    },
    async (request) => ({
      success: true as const,
      ...fleetPlanView(await admin.planFleet(request.query.limit ?? movesUsual, request.query.drain)),
    }),
  );

  app.post(
    '/api/admin/phone-numbers/:id/move',
    {
      config,
      schema: {
        tags,
        summary: 'Move a phone number to another backend',
        description:
          'It is made on the new one, logged out and deleted on the old one, and only then lives on the new one, where its ' +
          'owner scans again. Token, endpoints and history stay. Where the new backend cannot make it, or the old one ' +
          'does not answer, nothing changes.',
        params: IdParams,
        body: Type.Union([MoveBody, Type.Null()]),
        response: {
          200: MoveAnswer,
          ...problems(
            writing,
            'not_found',
            'number_not_movable',
            'move_under_way',
            'backend_failed',
            'backend_unavailable',
            'no_backend_available',
          ),
        },
      },
    },
    async (request) => {
      const backendId = request.body?.backend_id;
      const target = backendId === undefined ? {} : { backendId };
      const { outcome, number } = await admin.moveNumber(actorOf(request), request.params.id, target);
      return {
        success: true as const,
        outcome,
        phone_number: orderedNumberView(number),
      };
    },
  );

  app.get(
    '/api/admin/search',
    {
      config,
      schema: {
        tags,
        summary: 'Search',
        description:
          "By WhatsApp number (from its start), instance name, name on the backend, message id, WhatsApp's message id, " +
          'request id, or e-mail address; at most 50 of each.',
        querystring: SearchQuery,
        response: { 200: SearchAnswer, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      const { numbers, uptimes, users, messages, requests } = await admin.search(request.query.q.trim());
      return {
        success: true as const,
        phone_numbers: numbers.map((number) => ({ ...foundNumberView(number), ...uptimeView(uptimes.get(number.id)) })),
        users: users.map(({ id, email, planType, status, role }) => ({ id, email, plan_type: planType, status, role })),
        messages: messages.map(foundMessageView),
        requests: requests.map(foundRequestView),
      };
    },
  );

  app.get(
    '/api/admin/audit',
    {
      config,
      schema: {
        tags,
        summary: 'What operators did',
        description: 'Newest first.',
        querystring: AuditQuery,
        response: { 200: AuditAnswer, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      const { limit = 100, cursor, operator_id, action, target_type, target_id } = request.query;
      const rows = await admin.listAudit(
        {
          ...(operator_id === undefined ? {} : { operatorId: operator_id }),
          ...(action === undefined ? {} : { action }),
          ...(target_type === undefined ? {} : { targetType: target_type }),
          ...(target_id === undefined ? {} : { targetId: target_id }),
        },
        { limit: limit + 1, ...(cursor === undefined ? {} : { before: decodeUuidCursor(cursor) }) },
      );
      const { page, next } = cutPage(rows, limit);
      return {
        success: true as const,
        entries: page.map(auditView),
        next_cursor: next === null ? null : encodeCursor(next),
      };
    },
  );
}
