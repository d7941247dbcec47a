import { Readable } from 'node:stream';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { notFound } from '../../../platform/errors.ts';
import type { Messages } from '../index.ts';
import type { LinkedBlob } from '../media/media-linked.ts';

const schema = {
  hide: true,
  params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
  querystring: Type.Object({
    exp: Type.String({ pattern: '^[0-9]{1,12}$' }),
    sig: Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$' }),
  }),
};

/** Where backends get the media of messages, and users too; the link itself is what allows it. */
export function registerMediaLinkRoutes(
  instance: FastifyInstance,
  deps: { messages: Pick<Messages, 'linkedMedia' | 'media'> },
): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get('/media/outbound/:id', { config: { auth: 'own', record: false }, schema }, async (request, reply) => {
    const { exp, sig } = request.query;
    const medium = await deps.messages.linkedMedia(request.params.id, Number(exp), sig);
    // Wrong, too old and gone are one and the same to whoever asks.
    if (medium === undefined) throw notFound('Medium');
    return streamed(reply, medium);
  });

  // Limited like every call without a caller: each use of such a link may cost a backend a download.
  app.get(
    '/media/messages/:id',
    { config: { auth: 'none' }, exposeHeadRoute: false, schema },
    async (request, reply) => {
      const { exp, sig } = request.query;
      const medium = await deps.messages.media.load(request.params.id, Number(exp), sig);
      reply.raw.once('close', medium.release);
      if (reply.raw.destroyed) medium.release();
      reply.header('cache-control', 'private, no-store');
      return streamed(reply, medium);
    },
  );
}

function streamed(reply: FastifyReply, medium: LinkedBlob): FastifyReply {
  return reply
    .headers({
      'content-type': typeOf(medium.mimetype),
      'content-disposition': dispositionOf(medium.fileName),
      'content-length': String(medium.size),
    })
    .send(Readable.from(medium.chunks()));
}

// Whoever sent the medium chose it.
function typeOf(mimetype: string | null): string {
  const isType =
    mimetype !== null && /^[\w.+-]{1,100}\/[\w.+-]{1,100}(; ?[\w-]{1,30}="?[\w.,+-]{1,50}"?){0,3}$/.test(mimetype);
  return isType ? mimetype : 'application/octet-stream';
}

function dispositionOf(fileName: string | null): string {
  if (fileName === null) return 'attachment';
  const ascii = fileName.replace(/[^\w. -]/g, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(fileName.toWellFormed()).replace(/['()*]/g, escapeMark)}`;
}

function escapeMark(mark: string): string {
  return `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
}
