import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { callerOf } from '../../http/authenticate.ts';
import { readFailure } from '../../http/problem-details.ts';
import { type Messages, readIdempotencyKey } from '../../modules/messages/index.ts';
import { poolOfAll } from '../../modules/pools/index.ts';
import { readStatus, type StatusServices } from './read-status.ts';

export type BalancerServices = StatusServices & { messages: Pick<Messages, 'send'> };

const dialect = 'balancer';
const noneLeft = 'لا توجد instances متاحة';

const SendBody = Type.Object({
  chatId: Type.String({ minLength: 1, maxLength: 64 }),
  message: Type.String({ minLength: 1, maxLength: 65_536 }),
  /** A pool of the caller's own; all of his phone numbers unless said. */
  pool: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
});

/**
 * The contract of a small balancer in front of several WhatsApp servers: `POST /send-message` sends through whichever of
 * the caller's connected phone numbers is next, and `GET /status` says who is there.
 */
export function registerBalancerDialect(instance: FastifyInstance, services: BalancerServices): void {
  instance.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => {
      const { known, status } = readFailure(error, request, reply);
      const isNoneLeft = known?.code === 'no_number_available';
      return reply.code(status).send({
        ...known?.details,
        success: false,
        error: isNoneLeft ? noneLeft : (known?.message ?? 'Something went wrong on our side.'),
        code: known?.code ?? 'internal_error',
      });
    });
    const app = scope.withTypeProvider<TypeBoxTypeProvider>();

    app.post(
      '/send-message',
      { config: { auth: 'user', dialect }, schema: { hide: true, body: SendBody } },
      async (request) => {
        const { chatId, message, pool } = request.body;
        const { userId, maxMessagesPerDay } = callerOf(request);
        const key = readIdempotencyKey(request);
        const answer = await services.messages.send(
          {
            userId,
            dailyMax: maxMessagesPerDay,
            from: { pool: pool ?? poolOfAll },
            number: numberOf(chatId),
            options: {},
            timing: { kind: 'now' },
            requestId: request.id,
            ...(key === undefined ? {} : { key }),
          },
          () => ({ kind: 'text', content: { text: message } }),
        );
        if (answer.kind === 'refused') throw answer.error;
        return {
          success: true,
          messageId: answer.id,
          chatId,
          instance: answer.instanceName,
          ...(answer.kind === 'sent' ? { data: { id: answer.whatsappId, to: answer.to } } : {}),
        };
      },
    );

    app.get('/status', { config: { auth: 'own', dialect }, schema: { hide: true } }, (request) =>
      readStatus(services, request),
    );
  });
}

// Older clients call the server of a person's address c.us.
function numberOf(chatId: string): string {
  return chatId.replace(/@(?:c\.us|s\.whatsapp\.net)$/, '');
}
