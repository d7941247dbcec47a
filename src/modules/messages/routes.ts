import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../../http/authenticate.ts';
import { problems } from '../../http/problem-details.ts';
import { type Cursor, decodeCursor, encodeCursor } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import type { Messages, SendInput, SentMessage } from './index.ts';
import { viewOfMessage } from './message-view.ts';
import {
  ManyMessages,
  MessageParams,
  MessagesQuery,
  OneMessage,
  SendMediaBody,
  SendTextBody,
  SentAnswer,
} from './schemas.ts';

const config = { auth: 'user' } as const;
const sendProblems = [
  'not_found',
  'invalid_number',
  'number_not_connected',
  'recipient_not_on_whatsapp',
  'backend_refused',
  'quota_exceeded',
  'backend_unavailable',
  'outcome_unknown',
] as const;
const base64BodyMax = 24 * 1_048_576;

/** Sending, and what became of it. */
export function registerMessageRoutes(instance: FastifyInstance, deps: { messages: Messages }): void {
  registerSendingRoutes(instance, deps);
  registerReadingRoutes(instance, deps);
}

function registerSendingRoutes(instance: FastifyInstance, deps: { messages: Messages }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { messages } = deps;

  app.post(
    '/api/messages/send-text',
    {
      config,
      schema: {
        tags: ['Messages'],
        summary: 'Send a text message',
        body: SendTextBody,
        response: { 200: SentAnswer, ...problems({ auth: 'user', body: true }, ...sendProblems) },
      },
    },
    async (request, reply) => {
      const sending = messages.send(sendInput(request, request.body), {
        kind: 'text',
        content: { text: request.body.text },
        options: {},
      });
      return answer(reply, sending);
    },
  );

  app.post(
    '/api/messages/send-media',
    {
      config,
      bodyLimit: base64BodyMax,
      schema: {
        tags: ['Messages'],
        summary: 'Send an image, video, audio or document',
        body: SendMediaBody,
        response: {
          200: SentAnswer,
          ...problems(
            { auth: 'user', body: true },
            ...sendProblems,
            'invalid_url',
            'invalid_media',
            'media_unavailable',
            'kind_not_supported',
          ),
        },
      },
    },
    async (request, reply) => {
      const { mediaType, mediaUrl, mediaBase64, fileName, caption } = request.body;
      const sending = messages.send(sendInput(request, request.body), {
        kind: mediaType,
        content: { media_url: mediaUrl, file_name: fileName, caption },
        options: {},
        ...(mediaBase64 === undefined ? {} : { base64: mediaBase64 }),
      });
      return answer(reply, sending);
    },
  );
}

function registerReadingRoutes(instance: FastifyInstance, deps: { messages: Messages }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { messages } = deps;

  app.get(
    '/api/messages',
    {
      config,
      schema: {
        tags: ['Messages'],
        summary: 'List messages',
        description: 'Newest first, sent and received.',
        querystring: MessagesQuery,
        response: { 200: ManyMessages, ...problems({ auth: 'user', body: false }) },
      },
    },
    async (request) => {
      const { limit = 50, cursor, phone_number_id, status, direction, kind } = request.query;
      const { messages: found, next } = await messages.list(
        callerOf(request).userId,
        {
          ...(phone_number_id === undefined ? {} : { phoneNumberId: phone_number_id }),
          ...(status === undefined ? {} : { status }),
          ...(direction === undefined ? {} : { direction }),
          ...(kind === undefined ? {} : { kind }),
        },
        { limit, ...(cursor === undefined ? {} : { after: messageCursor(cursor) }) },
      );
      return {
        success: true as const,
        messages: found.map(viewOfMessage),
        next_cursor: next === null ? null : encodeCursor(next),
      };
    },
  );

  app.get(
    '/api/messages/:id',
    {
      config,
      schema: {
        tags: ['Messages'],
        summary: 'One message',
        description: 'Also one whose send was answered with a problem that carries `message_id`.',
        params: MessageParams,
        response: { 200: OneMessage, ...problems({ auth: 'user', body: false }, 'not_found') },
      },
    },
    async (request) => ({
      success: true as const,
      message: viewOfMessage(await messages.get(callerOf(request).userId, request.params.id)),
    }),
  );
}

function messageCursor(text: string): Cursor<string> {
  const cursor = decodeCursor(text);
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(cursor.id)) return cursor;
  throw new DomainError('invalid_request', 'cursor: not one that a list gave.', { kind: 'invalid' });
}

function sendInput(request: FastifyRequest, body: { token: string; number: string }): SendInput {
  const caller = callerOf(request);
  return {
    userId: caller.userId,
    dailyMax: caller.maxMessagesPerDay,
    token: body.token,
    number: body.number,
    requestId: request.id,
  };
}

async function answer(reply: FastifyReply, sending: Promise<SentMessage>) {
  const sent = await sending.catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'quota_exceeded') {
      setQuotaHeaders(reply, Number(error.details.max_messages_per_day), 0, error.retryAfterSeconds ?? 0);
    }
    throw error;
  });
  const { limit, used, renewsInSeconds } = sent.quota;
  setQuotaHeaders(reply, limit, Math.max(0, limit - used), renewsInSeconds);
  return {
    success: true as const,
    message_id: sent.id,
    status: 'sent' as const,
    whatsapp_id: sent.whatsappId,
    to: sent.to,
    ...(sent.isSandbox ? { sandbox: true } : {}),
  };
}

function setQuotaHeaders(reply: FastifyReply, limit: number, remaining: number, renewsInSeconds: number): void {
  reply.headers({
    'x-quota-limit': String(limit),
    'x-quota-remaining': String(remaining),
    'x-quota-reset': String(renewsInSeconds),
  });
}
