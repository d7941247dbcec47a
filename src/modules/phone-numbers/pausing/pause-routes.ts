import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/problem-details.ts';
import type { PhoneNumbers } from '../index.ts';
import { IdParams, OneNumber, viewOf } from '../schemas.ts';

const schema = {
  tags: ['Phone numbers'],
  params: IdParams,
  response: { 200: OneNumber, ...problems({ auth: 'user', body: false }, 'not_found') },
};

export function registerPauseRoutes(
  instance: FastifyInstance,
  deps: { phoneNumbers: Pick<PhoneNumbers, 'pause' | 'resume'> },
): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.post(
    '/api/phone-numbers/:id/pause',
    {
      config: { auth: 'user' },
      schema: {
        ...schema,
        summary: 'Let a phone number send nothing',
        description:
          'It stays connected and receives. A send is refused with `number_paused`; what waits goes on waiting, and expires in its time.',
      },
    },
    async (request) => ({
      success: true as const,
      phone_number: viewOf(await deps.phoneNumbers.pause(callerOf(request).userId, request.params.id)),
    }),
  );

  app.post(
    '/api/phone-numbers/:id/resume',
    {
      config: { auth: 'user' },
      schema: {
        ...schema,
        summary: 'Let a phone number send again',
        description: 'What waits leaves within a few seconds.',
      },
    },
    async (request) => ({
      success: true as const,
      phone_number: viewOf(await deps.phoneNumbers.resume(callerOf(request).userId, request.params.id)),
    }),
  );
}
