import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { problems } from '../../http/problem-details.ts';
import type { Cursor } from '../../platform/cursor.ts';
import {
  type AnalyticsDeps,
  type Report,
  readReport,
  SpanQuery,
  viewOfFigures,
  viewOfSessionFigures,
} from './analytics-operations.ts';
import { csvLine } from './csv.ts';
import { viewOfMessage } from './message-view.ts';
import { callOf, tagOf } from './operation.ts';
import { exact, type nothing } from './schemas.ts';
import type { Sessions } from './session-ref.ts';

type Deps = AnalyticsDeps & { sessions: Sessions };

const ExportQuery = Type.Object(
  {
    ...SpanQuery.properties,
    type: Type.Optional(
      Type.Enum(['messages', 'daily', 'sessions'], {
        default: 'messages',
        description:
          '`messages`: one line each, newest first · `daily`: figures by day · `sessions`: figures by session.',
      }),
    ),
  },
  exact,
);

const messageColumns = [
  'id',
  'session_id',
  'direction',
  'type',
  'status',
  'status_reason',
  'to',
  'from',
  'chat_id',
  'message',
  'caption',
  'file_name',
  'whatsapp_id',
  'created_at',
  'sent_at',
  'delivered_at',
  'read_at',
] as const;
const figureColumns = [
  'messages_sent',
  'messages_received',
  'messages_failed',
  'media_sent',
  'media_received',
] as const;
const pageSize = 200;

/** Figures and messages as a CSV file, written while they are read. */
export function addExportOperation(app: FastifyInstance, deps: Deps): void {
  app.get(
    '/analytics/export',
    {
      config: { auth: 'user' },
      schema: {
        tags: [tagOf('analytics')],
        summary: 'Export as CSV',
        description:
          'UTF-8, the first line names the columns. Text that a spreadsheet would run begins with an apostrophe.',
        querystring: ExportQuery,
        response: {
          200: { description: 'OK', content: { 'text/csv': { schema: Type.String() } } },
          ...problems({ auth: 'user', body: false }, 'not_found'),
        },
      },
    },
    async (request, reply) => {
      const { userId, query } = callOf<typeof nothing, typeof ExportQuery, typeof nothing>(request, reply);
      const { type = 'messages', ...span } = query;
      const report = await readReport(deps, userId, span);
      const name = `${type}-${report.startDate}-${report.endDate}.csv`;
      reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`);
      if (type === 'messages') return reply.send(Readable.from(await messageLines(deps, userId, span, report)));
      return reply.send(type === 'daily' ? dailyLines(report) : sessionLines(report));
    },
  );
}

// The first page is read before the answer begins, so that what goes wrong there is still a problem.
async function messageLines(
  { messages, sessions }: Deps,
  userId: number,
  { session_id }: Static<typeof SpanQuery>,
  { startDate, endDate }: Report,
): Promise<AsyncGenerator<string>> {
  const filter = {
    since: new Date(`${startDate}T00:00:00Z`),
    until: new Date(Date.parse(`${endDate}T00:00:00Z`) + 86_400_000),
    ...(session_id === undefined ? {} : { phoneNumberId: await sessions.idOf(userId, session_id) }),
  };
  const read = (after?: Cursor<string>) =>
    messages.list(userId, filter, { limit: pageSize, ...(after === undefined ? {} : { after }) });
  const first = await read();

  return (async function* lines() {
    yield csvLine(messageColumns);
    for (let page = first; ; page = await read(page.next)) {
      yield page.messages
        .map(viewOfMessage)
        .map((message) => csvLine(messageColumns.map((column) => message[column])))
        .join('');
      if (page.next === null) return;
    }
  })();
}

function dailyLines({ daily }: Report): string {
  const rows = daily.map((day) => ({ date: day.date, ...viewOfFigures(day) }));
  return linesOf(['date', ...figureColumns], rows);
}

function sessionLines({ phoneNumbers }: Report): string {
  return linesOf(
    ['session_id', 'session_name', 'phone_number', ...figureColumns],
    phoneNumbers.map(viewOfSessionFigures),
  );
}

function linesOf<Column extends string>(
  columns: readonly Column[],
  rows: readonly Record<Column, string | number | null>[],
): string {
  return [csvLine(columns), ...rows.map((row) => csvLine(columns.map((column) => row[column])))].join('');
}
