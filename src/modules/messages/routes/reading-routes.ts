import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';
import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/problem-details.ts';
import { type Cursor, decodeCursor, encodeCursor } from '../../../platform/cursor.ts';
import { DomainError } from '../../../platform/errors.ts';
import type { MessageFilter, Messages } from '../index.ts';
import { viewOfMessage } from '../message-view.ts';
import { ManyMessages, MessagesQuery, OneMessage } from './message-schemas.ts';
import { MessageParams } from './schemas.ts';

const config = { auth: 'user' } as const;

/** What became of messages. */
export function registerReadingRoutes(instance: FastifyInstance, deps: { messages: Messages }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { messages } = deps;

  app.get(
    '/api/messages',
    {
      config,
      schema: {
        tags: ['Messages'],
        summary: 'List messages',
        description: 'Newest first, sent and received.',
        querystring: MessagesQuery,
        response: { 200: ManyMessages, ...problems({ auth: 'user', body: false }) },
      },
    },
    async (request) => {
      const { limit = 50, cursor } = request.query;
      const { messages: found, next } = await messages.list(callerOf(request).userId, filterOf(request.query), {
        limit,
        ...(cursor === undefined ? {} : { after: messageCursor(cursor) }),
      });
      return {
        success: true as const,
        messages: found.map(viewOfMessage),
        next_cursor: next === null ? null : encodeCursor(next),
      };
    },
  );

  app.get(
    '/api/messages/:id',
    {
      config,
      schema: {
        tags: ['Messages'],
        summary: 'One message',
        description: 'Also one whose send was answered with a problem that carries `message_id`.',
        params: MessageParams,
        response: { 200: OneMessage, ...problems({ auth: 'user', body: false }, 'not_found') },
      },
    },
    async (request) => ({
      success: true as const,
      message: viewOfMessage(await messages.get(callerOf(request).userId, request.params.id)),
    }),
  );
}

function filterOf(query: Static<typeof MessagesQuery>): MessageFilter {
  const { phone_number_id, status, direction, kind, campaign_id, to, since, until } = query;
  return {
    ...(phone_number_id === undefined ? {} : { phoneNumberId: phone_number_id }),
    ...(status === undefined ? {} : { status }),
    ...(direction === undefined ? {} : { direction }),
    ...(kind === undefined ? {} : { kind }),
    ...(campaign_id === undefined ? {} : { campaignId: campaign_id }),
    ...(to === undefined ? {} : { to: to.replace(/^\+/, '') }),
    ...(since === undefined ? {} : { since: momentOf(since) }),
    ...(until === undefined ? {} : { until: momentOf(until) }),
  };
}

// The schema's date-time also knows leap seconds, which a Date does not.
function momentOf(text: string): Date {
  const moment = new Date(text);
  if (moment.getTime() >= 0) return moment;
  throw new DomainError('invalid_request', 'since and until must be moments from 1970 on.', { kind: 'invalid' });
}

function messageCursor(text: string): Cursor<string> {
  const cursor = decodeCursor(text);
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(cursor.id)) return cursor;
  throw new DomainError('invalid_request', 'cursor: not one that a list gave.', { kind: 'invalid' });
}
