import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { requireActive } from '../../http/authenticate.ts';
import type { PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import { decodeNumericCursor, encodeCursor } from '../../platform/cursor.ts';
import { createOperations } from './operation.ts';
import { exact, moment, nextCursor, nothing, nullable, ofSession, paging, sessionId } from './schemas.ts';
import type { Sessions } from './session-ref.ts';
import { OneSession, qrFields, qrOf, SessionView, viewOfSession } from './session-view.ts';

export type SessionDeps = { phoneNumbers: PhoneNumbers; sessions: Sessions };

const underWay = ['creation_under_way', 'move_under_way', 'connecting_under_way'] as const;
/** What any order about a connection may be answered with. */
export const orderProblems = ['not_found', ...underWay, 'backend_failed', 'backend_unavailable'] as const;

const sessionName = Type.String({
  minLength: 1,
  maxLength: 100,
  // What an alias may be; one of few digits would look like an id.
  pattern: '^(?!user_[0-9]+_)(?![0-9]{1,9}$)[^\\u0000-\\u001F\\u007F-\\u009F]+$',
  description: 'Unique among your sessions, and not a number of fewer than 10 digits.',
  examples: ['my-business-whatsapp'],
});
const webhookUrl = Type.String({ minLength: 1, maxLength: 2048, examples: ['https://your-webhook.com/whatsapp'] });
const pairingNumber = Type.String({
  pattern: '^[1-9][0-9]{7,14}$',
  description: 'The number of the phone, 8-15 digits with its country code: gives a pairing code beside the QR code.',
  examples: ['5511988887777'],
});

const CreateBody = Type.Object(
  { session_name: sessionName, webhook_url: Type.Optional(nullable(webhookUrl)) },
  {
    ...exact,
    examples: [{ session_name: 'my-business-whatsapp', webhook_url: 'https://your-webhook.com/whatsapp' }],
  },
);
const ChangeBody = Type.Object(
  { session_name: Type.Optional(sessionName), webhook_url: Type.Optional(nullable(webhookUrl)) },
  { ...exact, minProperties: 1, examples: [{ webhook_url: 'https://your-webhook.com/whatsapp' }] },
);
const ConnectBody = Type.Object(
  { phone_number: Type.Optional(pairingNumber) },
  { ...exact, examples: [{ phone_number: '5511988887777' }] },
);

/** Sessions and their connection. */
export function addSessionOperations(app: FastifyInstance, deps: SessionDeps): void {
  addKeepingOperations(app, deps);
  addConnectionOperations(app, deps);
}

function addKeepingOperations(app: FastifyInstance, { phoneNumbers, sessions }: SessionDeps): void {
  const operation = createOperations(app, 'sessions');

  operation(
    'POST',
    '/sessions',
    {
      summary: 'Create a session',
      description: 'Answers with a QR code where one comes at once; `POST /api/v1/instances` gives the next one.',
      body: CreateBody,
      data: OneSession,
      statuses: [201],
      message: 'Session created successfully',
      problems: [
        'invalid_url',
        'alias_taken',
        'phone_number_limit',
        'backend_failed',
        'backend_unavailable',
        'no_backend_available',
        'not_found',
      ],
    },
    async ({ userId, body }) => {
      const { session_name: alias, webhook_url: url } = body;
      const { number, token } = await phoneNumbers.create({
        userId,
        displayName: alias,
        alias,
        webhookUrl: url ?? null,
        integration: 'WHATSAPP-BAILEYS',
      });
      return { session: viewOfSession(number, token) };
    },
  );

  operation(
    'GET',
    '/sessions',
    {
      summary: 'List sessions',
      description: 'Oldest first.',
      query: Type.Object(paging(500, 100), exact),
      data: Type.Object({ sessions: Type.Array(SessionView), next_cursor: nextCursor }),
    },
    async ({ userId, query }) => {
      const { limit = 100, cursor } = query;
      const after = cursor === undefined ? {} : { after: decodeNumericCursor(cursor) };
      const { numbers, next } = await phoneNumbers.list(userId, { limit, ...after });
      return {
        sessions: numbers.map((number) => viewOfSession(number)),
        next_cursor: next === null ? null : encodeCursor(next),
      };
    },
  );

  operation(
    'GET',
    '/sessions/:id',
    { summary: 'One session', params: ofSession, data: OneSession, problems: ['not_found'] },
    async ({ userId, params }) => ({ session: viewOfSession(await sessions.get(userId, params.id)) }),
  );

  operation(
    'PATCH',
    '/sessions/:id',
    {
      summary: 'Rename a session, or change its webhook',
      params: ofSession,
      body: ChangeBody,
      data: OneSession,
      problems: ['not_found', 'invalid_url', 'alias_taken'],
    },
    async ({ userId, params, body }) => {
      const { session_name: alias, webhook_url: url } = body;
      const number = await phoneNumbers.change(userId, await sessions.idOf(userId, params.id), {
        ...(alias === undefined ? {} : { alias, displayName: alias }),
        ...(url === undefined ? {} : { webhookUrl: url }),
      });
      return { session: viewOfSession(number) };
    },
  );

  operation(
    'DELETE',
    '/sessions/:id',
    {
      summary: 'Delete a session',
      description: 'Logs it out and frees its place. Its statistics and messages stay.',
      params: ofSession,
      data: nothing,
      message: 'Session deleted successfully',
      problems: ['not_found'],
    },
    async ({ userId, params }) => {
      await phoneNumbers.delete(userId, await sessions.idOf(userId, params.id));
      return null;
    },
  );
}

function addConnectionOperations(app: FastifyInstance, { phoneNumbers, sessions }: SessionDeps): void {
  const operation = createOperations(app, 'sessions');

  operation(
    'GET',
    '/sessions/:id/qr',
    {
      summary: 'QR code of a session',
      description:
        'Connects it where it is not connected, so a suspended user may not ask; `qr_code` is null once it is.',
      params: ofSession,
      data: Type.Object({
        session_id: sessionId,
        status: SessionView.properties.status,
        ...qrFields,
        qr_text: nullable(Type.String({ description: 'What the code says, for whoever draws it himself.' })),
      }),
      problems: ['not_found', 'backend_failed', 'backend_unavailable'],
    },
    async ({ userId, caller, params }) => {
      requireActive(caller);
      const number = await phoneNumbers.fetchQr(userId, await sessions.idOf(userId, params.id));
      return { session_id: String(number.id), status: number.status, ...qrOf(number), qr_text: number.qrText };
    },
  );

  operation(
    'GET',
    '/sessions/:id/status',
    {
      summary: 'Status of a session',
      params: ofSession,
      data: Type.Pick(SessionView, [
        'session_id',
        'session_name',
        'status',
        'status_reason',
        'is_connected',
        'phone_number',
        'connected_at',
        'paused_at',
      ]),
      problems: ['not_found'],
    },
    async ({ userId, params }) => viewOfSession(await sessions.get(userId, params.id)),
  );

  operation(
    'GET',
    '/sessions/:id/validate',
    {
      summary: 'Is a session connected and usable?',
      description: 'Asks its server, where nobody did in the last 10 s.',
      params: ofSession,
      data: Type.Object({
        session_id: sessionId,
        valid: Type.Boolean({ description: 'A message would leave now.' }),
        status: SessionView.properties.status,
        reason: nullable(Type.String({ description: 'Why it is not; `paused`: its instance is stopped.' })),
        phone_number: nullable(Type.String()),
        connected_at: nullable(moment()),
      }),
      problems: ['not_found'],
    },
    async ({ userId, params }) => {
      const id = await sessions.idOf(userId, params.id);
      await phoneNumbers.checkConnection(id);
      const { status, statusReason, pausedAt, phoneNumber, connectedAt } = await phoneNumbers.get(userId, id);
      const isConnected = status === 'connected';
      return {
        session_id: String(id),
        valid: isConnected && pausedAt === null,
        status,
        reason: isConnected ? (pausedAt === null ? null : 'paused') : (statusReason ?? status),
        phone_number: phoneNumber,
        connected_at: connectedAt?.toISOString() ?? null,
      };
    },
  );

  operation(
    'POST',
    '/sessions/:id/connect',
    {
      summary: 'Connect a session',
      description: 'Answers with the QR code, and with a pairing code where phone_number is given.',
      params: ofSession,
      body: Type.Union([ConnectBody, Type.Null()]),
      data: Type.Object({
        session: SessionView,
        pairing_code: nullable(Type.String({ description: 'To be typed on the phone instead of scanning.' })),
      }),
      problems: orderProblems,
    },
    async ({ userId, params, body }) => {
      const id = await sessions.idOf(userId, params.id);
      const number = await phoneNumbers.connect(userId, id, body?.phone_number);
      return { session: viewOfSession(number), pairing_code: number.pairingCode };
    },
  );

  const orders = [
    ['restart', 'Restart the connection of a session', 'No scan is needed where it is paired.', []],
    ['logout', 'Log a session out', 'It asks for a scan when it is connected again.', ['action_not_supported']],
  ] as const;
  for (const [order, summary, description, problems] of orders) {
    operation(
      'POST',
      `/sessions/:id/${order}`,
      { summary, description, params: ofSession, data: OneSession, problems: [...orderProblems, ...problems] },
      async ({ userId, params }) => {
        const id = await sessions.idOf(userId, params.id);
        return { session: viewOfSession(await phoneNumbers.orders[order]({ userId, id })) };
      },
    );
  }
}
