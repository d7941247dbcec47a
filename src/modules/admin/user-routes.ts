import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { problems } from '../../http/problem-details.ts';
import { cutPage, decodeNumericCursor, encodeCursor } from '../../platform/cursor.ts';
import type { Admin } from './index.ts';
import { actorOf, config, reading, tags, writing } from './operator-routes.ts';
import { IdParams } from './schemas.ts';
import {
  ChangePlanBody,
  type ChangeUserBody,
  ChangeUserBody as ChangeUserSchema,
  ErasingUser,
  ManyPlans,
  ManyUsers,
  OnePlan,
  OneUser,
  OneUserWithNumbers,
  PlanParams,
  UsersQuery,
} from './user-schemas.ts';
import { foundNumberView, managedUserView, planView } from './views.ts';

/** Users and plans. */
export function registerManagedUserRoutes(instance: FastifyInstance, { admin }: { admin: Admin }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/api/admin/users',
    {
      config,
      schema: {
        tags,
        summary: 'List users',
        description: 'Oldest first.',
        querystring: UsersQuery,
        response: { 200: ManyUsers, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      const { search, plan_type: planType, status, limit = 100, cursor } = request.query;
      const rows = await admin.listUsers(
        {
          ...(search === undefined ? {} : { search }),
          ...(planType === undefined ? {} : { planType }),
          ...(status === undefined ? {} : { status }),
        },
        { limit: limit + 1, ...(cursor === undefined ? {} : { after: decodeNumericCursor(cursor) }) },
      );
      const { page, next } = cutPage(rows, limit);
      return {
        success: true as const,
        users: page.map(managedUserView),
        next_cursor: next === null ? null : encodeCursor(next),
      };
    },
  );

  app.get(
    '/api/admin/users/:id',
    {
      config,
      schema: {
        tags,
        summary: 'One user, with plan, usage and phone numbers',
        params: IdParams,
        response: { 200: OneUserWithNumbers, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      const { id } = request.params;
      const [user, numbers] = await Promise.all([admin.getUser(id), admin.listNumbersOfUser(id)]);
      return {
        success: true as const,
        user: managedUserView(user),
        phone_numbers: numbers.map(foundNumberView),
      };
    },
  );

  app.patch(
    '/api/admin/users/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Change plan, limits, placement or status of a user',
        description:
          'Holds in every process within 5 s. A suspended user may only read, and nothing of theirs is sent.',
        params: IdParams,
        body: ChangeUserSchema,
        response: { 200: OneUser, ...problems(writing, 'not_found') },
      },
    },
    async (request) => {
      const user = await admin.changeUser(actorOf(request), request.params.id, changeOf(request.body));
      return { success: true as const, user: managedUserView(user) };
    },
  );

  app.delete(
    '/api/admin/users/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Delete a user with all data',
        description:
          'The user can do nothing more at once. Numbers are logged out and deleted on their backends, all rows go, and ' +
          'after some minutes the user itself, as soon as no backend has a number left. The audit log stays.',
        params: IdParams,
        response: { 202: ErasingUser, ...problems(reading, 'not_found') },
      },
    },
    async (request, reply) => {
      const user = await admin.eraseUser(actorOf(request), request.params.id);
      return reply
        .code(202)
        .send({ success: true, message: 'The user is being deleted.', user: managedUserView(user) });
    },
  );

  app.get(
    '/api/admin/plans',
    {
      config,
      schema: {
        tags,
        summary: 'List the plans, with where their numbers may go',
        response: { 200: ManyPlans, ...problems(reading, 'not_found') },
      },
    },
    async () => ({ success: true as const, plans: (await admin.listPlans()).map(planView) }),
  );

  app.patch(
    '/api/admin/plans/:plan_type',
    {
      config,
      schema: {
        tags,
        summary: 'Change where the numbers of a plan may go',
        description: 'Holds for numbers placed from now on; /api/admin/fleet/plan shows those that should move.',
        params: PlanParams,
        body: ChangePlanBody,
        response: { 200: OnePlan, ...problems(writing, 'not_found') },
      },
    },
    async (request) => {
      const { placement_labels: placementLabels, isolation } = request.body;
      const plan = await admin.changePlan(actorOf(request), request.params.plan_type, {
        ...(placementLabels === undefined ? {} : { placementLabels }),
        ...(isolation === undefined ? {} : { isolation }),
      });
      return { success: true as const, plan: planView(plan) };
    },
  );
}

function changeOf(body: ChangeUserBody): Parameters<Admin['changeUser']>[2] {
  const { plan_type, status, max_phone_numbers, max_messages_per_day, requests_per_minute } = body;
  return {
    ...(plan_type === undefined ? {} : { planType: plan_type }),
    ...(status === undefined ? {} : { status }),
    ...(max_phone_numbers === undefined ? {} : { ownMaxPhoneNumbers: max_phone_numbers }),
    ...(max_messages_per_day === undefined ? {} : { ownMaxMessagesPerDay: max_messages_per_day }),
    ...(requests_per_minute === undefined ? {} : { ownRequestsPerMinute: requests_per_minute }),
    ...(body.placement_labels === undefined ? {} : { ownPlacementLabels: body.placement_labels }),
    ...(body.isolation === undefined ? {} : { ownIsolation: body.isolation }),
  };
}
