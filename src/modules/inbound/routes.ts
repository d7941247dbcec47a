import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { problems } from '../../http/problem-details.ts';
import type { Inbound } from './index.ts';

const bodyBytesMax = 25 * 1_048_576;
const bytesUndeclared = 1_048_576;

const schema = {
  hide: true,
  response: { 200: Type.Object({ success: Type.Literal(true) }), ...problems({ auth: 'user', body: true }) },
};

/**
 * Where backends call us. The secret is checked before the body is read, and any body is taken: a backend never
 * repeats a call that was answered 400, 401, 403, 404 or 422.
 */
export async function registerInboundRoutes(app: FastifyInstance, deps: { inbound: Inbound }): Promise<void> {
  const { inbound } = deps;
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyBytesMax }, (_request, body, done) => {
      done(null, body);
    });
    scope.decorateRequest('inboundCaller', null);
    scope.post<{ Params: { secretId: string } }>(
      '/hooks/evolution/:secretId',
      {
        config: { auth: 'own', record: false },
        bodyLimit: bodyBytesMax,
        schema,
        onRequest: async (request, reply) => {
          const { params, headers, ip } = request;
          request.setDecorator('inboundCaller', await inbound.authenticate(params.secretId, headers.authorization, ip));
          // A length that is not declared may be any.
          const release = inbound.takeBytes(Number(request.headers['content-length'] ?? bytesUndeclared));
          reply.raw.once('close', release);
        },
      },
      async (request) => {
        const { body } = request;
        await inbound.receive(request.getDecorator('inboundCaller'), Buffer.isBuffer(body) ? body : Buffer.alloc(0));
        return { success: true as const };
      },
    );
  });
}
