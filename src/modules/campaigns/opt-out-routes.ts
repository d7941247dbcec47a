import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../../http/authenticate.ts';
import { problems } from '../../http/problem-details.ts';
import type { Campaigns } from './index.ts';
import {
  ManyOptOuts,
  OneOptOut,
  OptOutBody,
  OptOutDeleted,
  OptOutParams,
  OptOutsQuery,
  viewOfOptOut,
} from './schemas.ts';

const tags = ['Campaigns'];
const config = { auth: 'user' } as const;

/** Who does not want campaigns. */
export function registerOptOutRoutes(instance: FastifyInstance, { campaigns }: { campaigns: Campaigns }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.post(
    '/api/opt-outs',
    {
      config,
      schema: {
        tags,
        summary: 'Put a number on the opt-out list',
        description: 'Campaigns leave it out from now on; single messages still reach it.',
        body: OptOutBody,
        response: { 200: OneOptOut, ...problems({ auth: 'user', body: true }) },
      },
    },
    async (request) => {
      const { number, reason } = request.body;
      const optOut = await campaigns.optOut(callerOf(request).userId, number.replace('+', ''), reason ?? null);
      return { success: true as const, opt_out: viewOfOptOut(optOut) };
    },
  );

  app.get(
    '/api/opt-outs',
    {
      config,
      schema: {
        tags,
        summary: 'The opt-out list',
        description: 'By number.',
        querystring: OptOutsQuery,
        response: { 200: ManyOptOuts, ...problems({ auth: 'user', body: false }) },
      },
    },
    async (request) => {
      const { limit = 100, cursor = '' } = request.query;
      const { optOuts, next } = await campaigns.listOptOuts(callerOf(request).userId, { limit, after: cursor });
      return { success: true as const, opt_outs: optOuts.map(viewOfOptOut), next_cursor: next };
    },
  );

  app.delete(
    '/api/opt-outs/:number',
    {
      config,
      schema: {
        tags,
        summary: 'Take a number off the opt-out list',
        params: OptOutParams,
        response: { 200: OptOutDeleted, ...problems({ auth: 'user', body: false }, 'not_found') },
      },
    },
    async (request) => {
      await campaigns.removeOptOut(callerOf(request).userId, request.params.number.replace('+', ''));
      return { success: true as const, message: 'Campaigns reach this number again.' };
    },
  );
}
