import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../../http/authenticate.ts';
import { problems } from '../../http/problem-details.ts';
import { type Cursor, decodeCursor, encodeCursor } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import { registerActionRoutes } from './action-routes.ts';
import type { Messages } from './index.ts';
import { mediaRoute, mediumOf, registerKindRoutes, withUploads } from './kind-routes.ts';
import { viewOfMessage } from './message-view.ts';
import {
  ManyMessages,
  MessageParams,
  MessagesQuery,
  mediaFields,
  OneMessage,
  RetryBody,
  SendingHeaders,
  textFields,
} from './schemas.ts';
import { answerSend, readSend, sendingResponses, sendingRoute } from './sending-route.ts';

const config = { auth: 'user' } as const;

/** Sending, and what became of it. */
export function registerMessageRoutes(instance: FastifyInstance, deps: { messages: Messages }): void {
  registerSendingRoutes(instance, deps);
  registerReadingRoutes(instance, deps);
}

function registerSendingRoutes(app: FastifyInstance, deps: { messages: Messages }): void {
  sendingRoute(app, deps, {
    path: '/api/messages/send-text',
    summary: 'Send a text message',
    fields: textFields,
    example: { text: 'Hello from WhatsApp API!' },
    draftOf: ({ text }) => ({ kind: 'text', content: { text } }),
  });

  withUploads(app, (scope) =>
    sendingRoute(scope, deps, {
      path: '/api/messages/send-media',
      summary: 'Send an image, video, audio or document',
      fields: mediaFields,
      example: { mediaUrl: 'https://example.com/image.jpg', caption: 'Check this out!', mediaType: 'image' },
      ...mediaRoute,
      draftOf: (body, _source, request) => ({
        kind: body.mediaType,
        content: { media_url: body.mediaUrl, file_name: body.fileName, caption: body.caption },
        ...mediumOf(request, body),
      }),
    }),
  );
  registerKindRoutes(app, deps);
  registerActionRoutes(app, deps);
  registerRetryRoute(app, deps);
}

function registerRetryRoute(instance: FastifyInstance, deps: { messages: Messages }): void {
  instance.withTypeProvider<TypeBoxTypeProvider>().post(
    '/api/messages/:id/retry',
    {
      config,
      schema: {
        tags: ['Messages'],
        summary: 'Send a message again',
        description:
          'For a message that failed, or of which nobody knows whether it was sent (`unknown`): it may then arrive twice, which is your choice. It is a new message, with the content of the old one and the options of this request; `retry_of` leads from it to the old one. Media by URL is fetched again; an upload is sent again for as long as it is kept.',
        params: MessageParams,
        headers: SendingHeaders,
        body: RetryBody,
        response: sendingResponses('user', ['not_retryable', ...mediaRoute.problems]),
      },
      // The body may be left out; the validator would refuse its absence.
      preValidation: async (request) => {
        request.body ??= {};
      },
    },
    async (request, reply) =>
      answerSend(request, reply, deps.messages.retry(readSend(request, request.body), request.params.id)),
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
