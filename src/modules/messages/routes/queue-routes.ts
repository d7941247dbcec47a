import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/problem-details.ts';
import type { Messages } from '../index.ts';
import { viewOfMessage } from '../message-view.ts';
import { readTiming } from '../sending/sending-options.ts';
import { OneMessage } from './message-schemas.ts';
import { exact, MessageParams, timingOptions } from './schemas.ts';

const config = { auth: 'user' } as const;

const { send_at, priority, expires_in } = timingOptions;
const RescheduleBody = Type.Object(
  { send_at, priority, expires_in },
  { ...exact, minProperties: 1, examples: [{ send_at: '2030-01-01T09:00:00Z' }] },
);

/** What can still be done about messages that wait. */
export function registerQueueRoutes(instance: FastifyInstance, deps: { messages: Messages }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { messages } = deps;

  app.post(
    '/api/messages/:id/cancel',
    {
      config,
      schema: {
        tags: ['Messages'],
        summary: 'Cancel a message that waits',
        description: 'Only while it is `scheduled` or `accepted`; its unit of the day comes back.',
        params: MessageParams,
        response: { 200: OneMessage, ...problems({ auth: 'user', body: true }, 'not_found', 'not_cancellable') },
      },
    },
    async (request) => ({
      success: true as const,
      message: viewOfMessage(await messages.cancel(callerOf(request).userId, request.params.id)),
    }),
  );

  app.patch(
    '/api/messages/:id',
    {
      config,
      schema: {
        tags: ['Messages'],
        summary: 'Have a message that waits leave at another time',
        description:
          'Only while it is `scheduled` or `accepted`. What is left out stays; the time until it expires moves with `send_at`.',
        params: MessageParams,
        body: RescheduleBody,
        response: { 200: OneMessage, ...problems({ auth: 'user', body: true }, 'not_found', 'not_reschedulable') },
      },
    },
    async (request) => {
      const { body } = request;
      const timing = readTiming({ ...body, async: true }, false);
      const message = await messages.reschedule(callerOf(request).userId, request.params.id, {
        ...(timing.kind === 'now' || timing.sendAt === null ? {} : { sendAt: timing.sendAt }),
        ...(timing.kind === 'now' || body.priority === undefined ? {} : { priority: timing.priority }),
        ...(body.expires_in === undefined ? {} : { expiresInSeconds: body.expires_in }),
      });
      return { success: true as const, message: viewOfMessage(message) };
    },
  );
}
