import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/problem-details.ts';
import type { PhoneNumbers } from '../index.ts';
import { IdParams } from '../schemas.ts';
import { UptimeAnswer, uptimeView } from './uptime-schemas.ts';

export function registerUptimeRoutes(
  instance: FastifyInstance,
  deps: { phoneNumbers: Pick<PhoneNumbers, 'uptime'> },
): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/api/phone-numbers/:id/uptime',
    {
      config: { auth: 'user' },
      schema: {
        tags: ['Phone numbers'],
        summary: 'How long a phone number was connected',
        description: 'Of the last 24 hours, 7 and 30 days, as far back as the number is watched.',
        params: IdParams,
        response: { 200: UptimeAnswer, ...problems({ auth: 'user', body: false }, 'not_found') },
      },
    },
    async (request) => uptimeView(await deps.phoneNumbers.uptime(callerOf(request).userId, request.params.id)),
  );
}
