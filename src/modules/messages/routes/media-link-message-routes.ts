import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/problem-details.ts';
import type { Messages } from '../index.ts';
import { MessageParams } from './schemas.ts';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const MediaLinkAnswer = Type.Object({
  success: Type.Literal(true),
  url: Type.String({ description: 'Gives the bytes to whoever has it, without a key: keep it to yourself.' }),
  expires_at: Type.String({ format: 'date-time' }),
  mimetype: nullable(Type.String()),
  file_name: nullable(Type.String()),
  size: nullable(Type.Integer({ description: 'Bytes, where that is known.' })),
});

export function registerMessageMediaRoutes(instance: FastifyInstance, deps: { messages: Messages }): void {
  instance.withTypeProvider<TypeBoxTypeProvider>().get(
    '/api/messages/:id/media',
    {
      config: { auth: 'user' },
      schema: {
        tags: ['Messages'],
        summary: 'A link to the media of a message',
        description:
          'Good for 15 minutes. Received media is fetched from the backend when the link is used, up to 16 MiB; what WhatsApp no longer keeps answers `media_gone` there.',
        params: MessageParams,
        response: {
          200: MediaLinkAnswer,
          ...problems({ auth: 'user', body: false }, 'not_found', 'media_gone', 'action_not_supported'),
        },
      },
    },
    async (request) => {
      const { url, expiresAt, mimetype, fileName, size } = await deps.messages.media.link(
        callerOf(request).userId,
        request.params.id,
      );
      return { success: true as const, url, expires_at: expiresAt.toISOString(), mimetype, file_name: fileName, size };
    },
  );
}
