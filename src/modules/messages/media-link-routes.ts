import { Readable } from 'node:stream';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { notFound } from '../../platform/errors.ts';
import type { Messages } from './index.ts';

/** Where backends get the media of messages; the link itself is what allows it. */
export function registerMediaLinkRoutes(
  instance: FastifyInstance,
  deps: { messages: Pick<Messages, 'linkedMedia'> },
): void {
  instance.withTypeProvider<TypeBoxTypeProvider>().get(
    '/media/outbound/:id',
    {
      config: { auth: 'own', record: false },
      schema: {
        hide: true,
        params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
        querystring: Type.Object({
          exp: Type.String({ pattern: '^[0-9]{1,12}$' }),
          sig: Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$' }),
        }),
      },
    },
    async (request, reply) => {
      const { exp, sig } = request.query;
      const medium = await deps.messages.linkedMedia(request.params.id, Number(exp), sig);
      // Wrong, too old and gone are one and the same to whoever asks.
      if (medium === undefined) throw notFound('Medium');
      return reply
        .headers({
          'content-type': medium.mimetype ?? 'application/octet-stream',
          'content-disposition': dispositionOf(medium.fileName),
          'content-length': String(medium.size),
        })
        .send(Readable.from(medium.chunks()));
    },
  );
}

function dispositionOf(fileName: string | null): string {
  if (fileName === null) return 'attachment';
  const ascii = fileName.replace(/[^\w. -]/g, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(fileName.toWellFormed()).replace(/['()*]/g, escapeMark)}`;
}

function escapeMark(mark: string): string {
  return `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
}
