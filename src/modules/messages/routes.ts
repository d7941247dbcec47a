import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { Messages } from './index.ts';
import { registerActionRoutes } from './routes/action-routes.ts';
import { mediaRoute, mediumOf, registerKindRoutes, withUploads } from './routes/kind-routes.ts';
import { registerMessageMediaRoutes } from './routes/media-link-message-routes.ts';
import { registerQueueRoutes } from './routes/queue-routes.ts';
import { registerReadingRoutes } from './routes/reading-routes.ts';
import { MessageParams, mediaFields, RetryBody, SendingHeaders, textFields } from './routes/schemas.ts';
import { answerSend, readSend, sendingResponses, sendingRoute } from './routes/sending-route.ts';

export { registerMediaLinkRoutes } from './routes/media-link-routes.ts';

const config = { auth: 'user' } as const;

/** Sending, and what became of it. */
export function registerMessageRoutes(instance: FastifyInstance, deps: { messages: Messages }): void {
  registerSendingRoutes(instance, deps);
  registerQueueRoutes(instance, deps);
  registerReadingRoutes(instance, deps);
  registerMessageMediaRoutes(instance, deps);
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
