import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { problems } from '../../http/problem-details.ts';
import type { Inbound } from './index.ts';
import { type BodyLimits, createHold, readBody } from './read-body.ts';
import type { ReceivedBody } from './read-call.ts';

const limits: BodyLimits = { bytesMax: 25 * 1_048_576, bytesKept: 65_536 };

const schema = {
  hide: true,
  response: { 200: Type.Object({ success: Type.Literal(true) }), ...problems({ auth: 'user', body: true }) },
};

/**
 * Where backends call us. The secret is checked before the body is read, and any body is taken, of a too large one its
 * beginning: a backend never repeats a call that was answered 400, 401, 403, 404 or 422. From the moment the server
 * listens until it closes, this process counts as one that can take calls.
 */
export async function registerInboundRoutes(app: FastifyInstance, deps: { inbound: Inbound }): Promise<void> {
  const { inbound } = deps;
  app.addHook('onListen', async () => inbound.presence.begin());
  app.addHook('preClose', () => inbound.presence.end());
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (request: FastifyRequest, body: IncomingMessage) =>
      readBody(body, limits, lengthOf(request), request.getDecorator<Hold>('inboundHold').hold),
    );
    scope.decorateRequest('inboundCaller', null);
    scope.decorateRequest('inboundHold', null);
    scope.post<{ Params: { secretId: string } }>(
      '/hooks/evolution/:secretId',
      {
        config: { auth: 'own', record: false },
        bodyLimit: limits.bytesMax,
        schema,
        onRequest: async (request, reply) => {
          const { params, headers, ip } = request;
          request.setDecorator('inboundCaller', await inbound.authenticate(params.secretId, headers.authorization, ip));
          const held = createHold(inbound.takeBytes, lengthOf(request), limits);
          request.setDecorator('inboundHold', held);
          reply.raw.once('close', held.release);
        },
      },
      async (request) => {
        const body = (request.body as ReceivedBody | undefined) ?? noBody;
        await inbound.receive(request.getDecorator('inboundCaller'), body);
        return { success: true as const };
      },
    );
  });
}

type Hold = ReturnType<typeof createHold>;

const noBody: ReceivedBody = { bytes: Buffer.alloc(0), isTruncated: false };

function lengthOf({ headers }: FastifyRequest): number | undefined {
  const declared = headers['content-length'];
  return declared === undefined ? undefined : Number(declared);
}
