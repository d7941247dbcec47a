import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Messages } from '../../modules/messages/index.ts';
import type { PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import type { Statistics } from '../../modules/statistics/index.ts';
import { decodeUuidCursor, encodeCursor } from '../../platform/cursor.ts';
import { createOperations } from './operation.ts';
import { exact, moment, nextCursor, nullable, ofSession, paging, sessionId } from './schemas.ts';
import type { Sessions } from './session-ref.ts';
import { nameOf } from './session-view.ts';

export type AnalyticsDeps = {
  phoneNumbers: PhoneNumbers;
  messages: Pick<Messages, 'list'>;
  statistics: Statistics;
};

export type Report = Awaited<ReturnType<Statistics['report']>>;

const count = Type.Integer({ minimum: 0 });
const day = (description: string) =>
  Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', description, examples: ['2026-01-31'] });

const figures = {
  messages_sent: count,
  messages_received: count,
  messages_failed: count,
  media_sent: count,
  media_received: count,
};

const spanFields = {
  start_date: Type.Optional(day('First day (UTC); 29 days before end_date if unset.')),
  end_date: Type.Optional(day('Last day (UTC); today if unset. At most 366 days in all.')),
};
export const SpanQuery = Type.Object({ ...spanFields, session_id: Type.Optional(ofSession.properties.id) }, exact);

const RequestView = Type.Object({
  request_id: nullable(Type.String()),
  endpoint: Type.String(),
  method: Type.String(),
  status_code: nullable(Type.Integer()),
  response_time_ms: nullable(Type.Integer()),
  ip_address: nullable(Type.String()),
  created_at: moment(),
});

/** What happened, in figures. */
export function addAnalyticsOperations(app: FastifyInstance, deps: AnalyticsDeps & { sessions: Sessions }): void {
  const { statistics } = deps;
  const operation = createOperations(app, 'analytics');

  operation(
    'GET',
    '/analytics/overview',
    {
      summary: 'The figures of today and of the last 30 days',
      data: Type.Object({
        sessions: Type.Object({ total: count, connected: count, disconnected: count, limit: count }),
        messages_today: Type.Object({ sent: count, received: count, failed: count }),
        messages_30_days: Type.Object({ sent: count, received: count }),
        quota: Type.Object({ limit: count, used: count, remaining: count, resets_at: moment() }),
      }),
      problems: ['not_found'],
    },
    async ({ userId }) => {
      const { user } = await statistics.dashboard(userId);
      return {
        sessions: {
          total: user.total_phone_numbers,
          connected: user.connected_phone_numbers,
          disconnected: user.disconnected_phone_numbers,
          limit: user.max_phone_numbers,
        },
        messages_today: {
          sent: user.messages_sent_today,
          received: user.messages_received_today,
          failed: user.messages_failed_today,
        },
        messages_30_days: { sent: user.messages_sent_30_days, received: user.messages_received_30_days },
        quota: {
          limit: user.max_messages_per_day,
          used: user.messages_used_today,
          remaining: user.messages_left_today,
          resets_at: user.resets_at.toISOString(),
        },
      };
    },
  );

  operation(
    'GET',
    '/analytics/messages',
    {
      summary: 'Messages by day',
      description: 'The days (UTC) that have figures, oldest first.',
      query: SpanQuery,
      data: Type.Object({
        start_date: Type.String(),
        end_date: Type.String(),
        totals: Type.Object(figures),
        days: Type.Array(Type.Object({ date: Type.String(), ...figures })),
      }),
      problems: ['not_found'],
    },
    async ({ userId, query }) => {
      const { startDate, endDate, totals, daily } = await readReport(deps, userId, query);
      return {
        start_date: startDate,
        end_date: endDate,
        totals: viewOfFigures(totals),
        days: daily.map((each) => ({ date: each.date, ...viewOfFigures(each) })),
      };
    },
  );

  operation(
    'GET',
    '/analytics/sessions',
    {
      summary: 'Messages by session',
      query: SpanQuery,
      data: Type.Object({
        start_date: Type.String(),
        end_date: Type.String(),
        sessions: Type.Array(
          Type.Object({
            session_id: sessionId,
            session_name: Type.String(),
            phone_number: nullable(Type.String()),
            ...figures,
          }),
        ),
      }),
      problems: ['not_found'],
    },
    async ({ userId, query }) => {
      const { startDate, endDate, phoneNumbers } = await readReport(deps, userId, query);
      return { start_date: startDate, end_date: endDate, sessions: phoneNumbers.map(viewOfSessionFigures) };
    },
  );

  operation(
    'GET',
    '/analytics/requests',
    {
      summary: 'My requests',
      description: 'Newest first; written a moment after the answer.',
      query: Type.Object(paging(500, 100), exact),
      data: Type.Object({ requests: Type.Array(RequestView), next_cursor: nextCursor }),
    },
    async ({ userId, query }) => {
      const { limit = 100, cursor } = query;
      const after = cursor === undefined ? {} : { after: decodeUuidCursor(cursor) };
      const { requests, next } = await statistics.requests(userId, { limit, ...after });
      return { requests: requests.map(viewOfRequest), next_cursor: next === null ? null : encodeCursor(next) };
    },
  );
}

/** The figures of a span of days, of one session where one is named. Throws `invalid_request`, `not_found`. */
export async function readReport(
  { statistics, sessions }: { statistics: Statistics; sessions: Sessions },
  userId: number,
  { start_date, end_date, session_id }: Static<typeof SpanQuery>,
): Promise<Report> {
  return statistics.report(userId, {
    ...(start_date === undefined ? {} : { startDate: start_date }),
    ...(end_date === undefined ? {} : { endDate: end_date }),
    ...(session_id === undefined ? {} : { phoneNumberId: await sessions.idOf(userId, session_id) }),
  });
}

type Figures = Report['totals'];
type ListedRequest = Awaited<ReturnType<Statistics['requests']>>['requests'][number];

export function viewOfFigures(given: Figures) {
  return {
    messages_sent: given.messagesSent,
    messages_received: given.messagesReceived,
    messages_failed: given.messagesFailed,
    media_sent: given.mediaSent,
    media_received: given.mediaReceived,
  };
}

export function viewOfSessionFigures(number: Report['phoneNumbers'][number]) {
  return {
    session_id: String(number.id),
    session_name: nameOf(number),
    phone_number: number.phoneNumber,
    ...viewOfFigures(number),
  };
}

function viewOfRequest(request: ListedRequest): Static<typeof RequestView> {
  return {
    request_id: request.requestId,
    endpoint: request.endpoint,
    method: request.method,
    status_code: request.statusCode,
    response_time_ms: request.responseTimeMs,
    ip_address: request.ipAddress,
    created_at: request.createdAt.toISOString(),
  };
}
