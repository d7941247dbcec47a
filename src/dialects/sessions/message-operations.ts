import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import {
  type Message,
  type MessageFilter,
  type Messages,
  readSend,
  type SendAnswer,
  SendingHeaders,
  sendingOptions,
  sendingProblems,
  settledSend,
} from '../../modules/messages/index.ts';
import { decodeUuidCursor, encodeCursor } from '../../platform/cursor.ts';
import { addBulkOperations, type BulkDeps } from './bulk-operations.ts';
import { MessageView, messageStatus, viewOfMessage } from './message-view.ts';
import { momentOf } from './moments.ts';
import { createOperations } from './operation.ts';
import { exact, moment, nextCursor, nullable, ofSession, paging, sessionId } from './schemas.ts';
import { draftOf, requireFitting, SendBody, withoutServer } from './send-body.ts';
import type { Sessions } from './session-ref.ts';

export type MessageDeps = BulkDeps & { messages: Messages };

const mediaProblems = ['invalid_url', 'invalid_media', 'media_unavailable', 'media_limit'] as const;
/** No format: an id that is none is answered like a message that is missing. */
const ofMessage = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });

const SentMessage = Type.Object({
  message: Type.Object({
    id: Type.String({ format: 'uuid' }),
    message_id: Type.String({ format: 'uuid', description: 'The same.' }),
    status: messageStatus,
    to: Type.String(),
    whatsapp_id: nullable(Type.String({ description: 'Null while it waits.' })),
    send_at: nullable(moment()),
    sandbox: Type.Boolean(),
  }),
});
const OneMessage = Type.Object({ message: MessageView });

const ListQuery = Type.Object(
  {
    ...paging(200, 50),
    session_id: Type.Optional(ofSession.properties.id),
    status: Type.Optional(messageStatus),
    direction: Type.Optional(MessageView.properties.direction),
    type: Type.Optional(Type.String({ pattern: '^[a-z_]{1,40}$', examples: ['text'] })),
    to: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Sent to this number or address.' })),
    since: Type.Optional(moment('From this moment on.')),
    until: Type.Optional(moment('Before this moment.')),
  },
  exact,
);

/** Sending, and what became of it. */
export function addMessageOperations(app: FastifyInstance, deps: MessageDeps & { sessions: Sessions }): void {
  addSendOperation(app, deps);
  addBulkOperations(app, deps);
  addReadingOperations(app, deps);
  addChangingOperations(app, deps);
}

function addSendOperation(
  app: FastifyInstance,
  { messages, sessions }: Pick<MessageDeps, 'messages'> & { sessions: Sessions },
): void {
  createOperations(app, 'messages')(
    'POST',
    '/messages/send',
    {
      summary: 'Send a message',
      description:
        'Answered with 200 once it was sent, with 202 where it waits (`async`, `send_at`). Repeated under its ' +
        '`Idempotency-Key`, nothing is sent again.',
      headers: SendingHeaders,
      body: SendBody,
      data: SentMessage,
      statuses: [200, 202],
      problems: [...sendingProblems, ...mediaProblems],
    },
    async ({ request, reply, userId, body }) => {
      requireFitting(body);
      const { to, ...options } = body;
      const from = await sessions.idOf(userId, body.session_id);
      const input = readSend(request, to === undefined ? options : { ...options, number: withoutServer(to) });
      return sentMessage(
        reply,
        messages.send({ ...input, from }, (source) => draftOf(body, source)),
      );
    },
  );
}

function addReadingOperations(
  app: FastifyInstance,
  { messages, sessions }: Pick<MessageDeps, 'messages'> & { sessions: Sessions },
): void {
  const operation = createOperations(app, 'messages');

  operation(
    'GET',
    '/messages',
    {
      summary: 'List messages',
      description: 'Newest first, sent and received.',
      query: ListQuery,
      data: Type.Object({ messages: Type.Array(MessageView), next_cursor: nextCursor }),
      problems: ['not_found'],
    },
    async ({ userId, query }) => {
      const { limit = 50, cursor, session_id } = query;
      const of = session_id === undefined ? {} : { phoneNumberId: await sessions.idOf(userId, session_id) };
      const after = cursor === undefined ? {} : { after: decodeUuidCursor(cursor) };
      const { messages: found, next } = await messages.list(userId, { ...filterOf(query), ...of }, { limit, ...after });
      return { messages: found.map(viewOfMessage), next_cursor: next === null ? null : encodeCursor(next) };
    },
  );

  operation(
    'GET',
    '/messages/:id',
    { summary: 'One message', params: ofMessage, data: OneMessage, problems: ['not_found'] },
    async ({ userId, params }) => ({ message: viewOfMessage(await messages.get(userId, params.id)) }),
  );

  operation(
    'GET',
    '/messages/:id/status',
    {
      summary: 'What became of a message',
      params: ofMessage,
      data: Type.Object({
        id: Type.String({ format: 'uuid' }),
        session_id: sessionId,
        ...Type.Pick(MessageView, ['status', 'status_reason', 'sent_at', 'delivered_at', 'read_at', 'ended_at'])
          .properties,
      }),
      problems: ['not_found'],
    },
    async ({ userId, params }) => viewOfMessage(await messages.get(userId, params.id)),
  );
}

function addChangingOperations(app: FastifyInstance, { messages }: Pick<MessageDeps, 'messages'>): void {
  const operation = createOperations(app, 'messages');

  operation(
    'POST',
    '/messages/:id/cancel',
    {
      summary: 'Cancel a message that waits',
      params: ofMessage,
      data: OneMessage,
      message: 'Message cancelled',
      problems: ['not_found', 'not_cancellable'],
    },
    async ({ userId, params }) => ({ message: viewOfMessage(await messages.cancel(userId, params.id)) }),
  );

  operation(
    'POST',
    '/messages/:id/retry',
    {
      summary: 'Send a message again',
      description: 'As a new one, where it failed or nobody knows whether it was sent: it may then arrive twice.',
      params: ofMessage,
      headers: SendingHeaders,
      body: Type.Union([Type.Object(sendingOptions, { ...exact, examples: [{ async: true }] }), Type.Null()]),
      data: SentMessage,
      statuses: [200, 202],
      problems: [...sendingProblems, ...mediaProblems, 'not_retryable', 'media_gone'],
    },
    async ({ request, reply, params, body }) =>
      sentMessage(reply, messages.retry(readSend(request, body ?? {}), params.id)),
  );
}

async function sentMessage(reply: FastifyReply, sending: Promise<SendAnswer>): Promise<Static<typeof SentMessage>> {
  const answer = await settledSend(reply, sending);
  const { id, to, isSandbox: sandbox } = answer;
  if (answer.kind === 'sent')
    return {
      message: { id, message_id: id, status: 'sent', to, whatsapp_id: answer.whatsappId, send_at: null, sandbox },
    };
  reply.code(202);
  const send_at = answer.sendAt?.toISOString() ?? null;
  return { message: { id, message_id: id, status: answer.status, to, whatsapp_id: null, send_at, sandbox } };
}

function filterOf({ status, direction, type, to, since, until }: Static<typeof ListQuery>): MessageFilter {
  return {
    ...(status === undefined ? {} : { status: status as Message['status'] }),
    ...(direction === undefined ? {} : { direction }),
    ...(type === undefined ? {} : { kind: type }),
    ...(to === undefined ? {} : { to: withoutServer(to).replace(/^\+/, '') }),
    ...(since === undefined ? {} : { since: momentOf(since) }),
    ...(until === undefined ? {} : { until: momentOf(until) }),
  };
}
