import { Type } from 'typebox';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const exact = { additionalProperties: false } as const;
const count = () => Type.Integer({ minimum: 0 });
const time = () => Type.String({ format: 'date-time' });
const sandbox = () => Type.Boolean({ description: 'True on a simulated backend: nothing reaches WhatsApp.' });
const day = (description: string, example: string) =>
  Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', description, examples: [example] });

export const StatisticsQuery = Type.Object(
  {
    start_date: Type.Optional(day('First day (UTC); 29 days before end_date if left out.', '2024-01-01')),
    end_date: Type.Optional(day('Last day (UTC); today if left out. At most 366 days in all.', '2024-01-31')),
    phone_number_id: Type.Optional(
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Only this phone number of yours.' }),
    ),
    by_phone_number: Type.Optional(
      Type.Boolean({ default: true, description: 'False: `phone_numbers` is empty, for who wants the days alone.' }),
    ),
  },
  exact,
);

const figures = {
  messages_sent: Type.Integer({ minimum: 0, description: 'Messages sent, media included.' }),
  messages_received: Type.Integer({ minimum: 0, description: 'Messages received, media included.' }),
  media_sent: count(),
  media_received: count(),
  messages_failed: Type.Integer({ minimum: 0, description: 'Messages that were certainly not sent.' }),
};

const figuresExample = {
  messages_sent: 12,
  messages_received: 7,
  media_sent: 2,
  media_received: 1,
  messages_failed: 0,
};

export const StatisticsAnswer = Type.Object(
  {
    success: Type.Literal(true),
    statistics: Type.Object({
      start_date: Type.String(),
      end_date: Type.String(),
      totals: Type.Object(figures, { description: 'Deleted phone numbers included.' }),
      daily: Type.Array(Type.Object({ date: Type.String(), ...figures }), {
        description: 'The days that have figures, oldest first; deleted phone numbers included.',
      }),
      phone_numbers: Type.Array(
        Type.Object({
          id: Type.Integer(),
          instance_name: Type.String(),
          display_name: nullable(Type.String()),
          phone_number: nullable(Type.String()),
          ...figures,
          sandbox: sandbox(),
        }),
        { description: 'Your phone numbers, oldest first; deleted ones are not listed.' },
      ),
    }),
  },
  {
    examples: [
      {
        success: true,
        statistics: {
          start_date: '2024-01-01',
          end_date: '2024-01-31',
          totals: figuresExample,
          daily: [{ date: '2024-01-02', ...figuresExample }],
          phone_numbers: [
            {
              id: 1,
              instance_name: 'user_1_1704067200000_a1b2c3d4',
              display_name: 'Customer Service',
              phone_number: '628123456789',
              ...figuresExample,
              sandbox: false,
            },
          ],
        },
      },
    ],
  },
);

const DetailsView = Type.Object({
  id: Type.Integer(),
  instance_name: Type.String(),
  alias: nullable(Type.String()),
  phone_number: nullable(Type.String()),
  display_name: nullable(Type.String()),
  status: Type.String(),
  status_reason: nullable(Type.String()),
  webhook_url: nullable(Type.String()),
  connected_at: nullable(time()),
  created_at: time(),
  messages_sent_today: count(),
  messages_received_today: count(),
  media_sent_today: count(),
  media_received_today: count(),
  messages_failed_today: count(),
  sandbox: sandbox(),
});

export const DashboardAnswer = Type.Object({
  success: Type.Literal(true),
  dashboard: Type.Object({
    user_id: Type.Integer(),
    email: Type.String(),
    full_name: nullable(Type.String()),
    company_name: nullable(Type.String()),
    plan_type: Type.String({ examples: ['business'] }),
    status: Type.String({ examples: ['active'] }),
    max_phone_numbers: count(),
    max_messages_per_day: count(),
    total_phone_numbers: count(),
    connected_phone_numbers: count(),
    disconnected_phone_numbers: count(),
    phone_numbers_by_status: Type.Object(
      { connected: count(), qr_ready: count(), initializing: count(), disconnected: count(), error: count() },
      { description: 'How many of your phone numbers are in each state.' },
    ),
    messages_used_today: count(),
    messages_left_today: count(),
    messages_sent_today: count(),
    messages_received_today: count(),
    messages_failed_today: count(),
    messages_sent_30_days: count(),
    messages_received_30_days: count(),
    created_at: time(),
    quota: Type.Object(
      { limit: count(), used: count(), remaining: count(), resets_at: time() },
      { description: 'Messages of this day (UTC).' },
    ),
    phone_numbers: Type.Array(DetailsView, { description: 'The oldest 100, with their figures of today (UTC).' }),
    recent_messages: Type.Array(
      Type.Object({
        id: Type.String(),
        to: Type.String(),
        kind: Type.String({ examples: ['text'] }),
        status: Type.String({ examples: ['sent'] }),
        created_at: time(),
      }),
      { description: 'The newest 10 that you sent, as far as they are among your latest 200 messages.' },
    ),
  }),
});

export const RequestsQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    cursor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: '`next_cursor` of the page before.' }),
    ),
  },
  exact,
);

export const RequestsAnswer = Type.Object({
  success: Type.Literal(true),
  requests: Type.Array(
    Type.Object({
      request_id: nullable(Type.String()),
      endpoint: Type.String({ description: "The route's pattern.", examples: ['/api/phone-numbers/:id/qr'] }),
      method: Type.String({ examples: ['GET'] }),
      status_code: nullable(Type.Integer()),
      response_time_ms: nullable(Type.Integer()),
      ip_address: nullable(Type.String()),
      created_at: time(),
    }),
  ),
  next_cursor: nullable(Type.String()),
});
