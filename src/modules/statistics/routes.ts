import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../../http/authenticate.ts';
import { problems } from '../../http/problem-details.ts';
import { type Cursor, decodeCursor, encodeCursor } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import type { Statistics } from './index.ts';
import { DashboardAnswer, RequestsAnswer, RequestsQuery, StatisticsAnswer, StatisticsQuery } from './schemas.ts';
import { dashboardView, requestView, statisticsView } from './views.ts';

const tags = ['Statistics'];
const config = { auth: 'user' } as const;
const reading = { auth: 'user', body: false } as const;

/** Figures, dashboard and the log of one's own requests. */
export function registerStatisticsRoutes(instance: FastifyInstance, deps: { statistics: Statistics }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { statistics } = deps;

  app.get(
    '/api/statistics',
    {
      config,
      schema: {
        tags,
        summary: 'Messages sent and received',
        description: 'Exact to the message, by day (UTC) and by phone number.',
        querystring: StatisticsQuery,
        response: { 200: StatisticsAnswer, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      const { start_date, end_date, phone_number_id, by_phone_number = true } = request.query;
      const report = await statistics.report(callerOf(request).userId, {
        ...(start_date === undefined ? {} : { startDate: start_date }),
        ...(end_date === undefined ? {} : { endDate: end_date }),
        ...(phone_number_id === undefined ? {} : { phoneNumberId: phone_number_id }),
        byPhoneNumber: by_phone_number,
      });
      return { success: true as const, statistics: statisticsView(report) };
    },
  );

  app.get(
    '/api/dashboard',
    {
      config,
      schema: {
        tags,
        summary: 'Dashboard',
        description: "Plan, quota, phone numbers and what happened lately; the user's row of the view user_dashboard.",
        response: { 200: DashboardAnswer, ...problems(reading, 'not_found') },
      },
    },
    async (request) => ({
      success: true as const,
      dashboard: dashboardView(await statistics.dashboard(callerOf(request).userId)),
    }),
  );

  app.get(
    '/api/requests',
    {
      config,
      schema: {
        tags,
        summary: 'Your requests, newest first',
        description: 'Written a moment after the answer, about half a second.',
        querystring: RequestsQuery,
        response: { 200: RequestsAnswer, ...problems(reading) },
      },
    },
    async (request) => {
      const { limit = 100, cursor } = request.query;
      const { requests, next } = await statistics.requests(callerOf(request).userId, {
        limit,
        ...(cursor === undefined ? {} : { after: requestCursor(cursor) }),
      });
      return {
        success: true as const,
        requests: requests.map(requestView),
        next_cursor: next === null ? null : encodeCursor(next),
      };
    },
  );
}

function requestCursor(text: string): Cursor<string> {
  const cursor = decodeCursor(text);
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(cursor.id);
  // Postgres has no moments as early as JavaScript's first.
  if (isUuid && cursor.createdAt.getTime() >= 0) return cursor;
  throw new DomainError('invalid_request', 'cursor: not one that a list gave.', { kind: 'invalid' });
}
