import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/problem-details.ts';
import type { PhoneNumbers } from '../index.ts';
import { IdParams } from '../schemas.ts';
import { decodePlace, encodePlace, type RelayPlace } from './relay-cursor.ts';
import { registerRelayGroupRoutes } from './relay-group-routes.ts';
import { registerRelayProfileRoutes } from './relay-profile-routes.ts';
import { ChatParams, ContactsQuery, ManyChatMessages, ManyChats, ManyContacts, PageQuery } from './relay-schemas.ts';
import { viewOfChat, viewOfChatMessage, viewOfContact } from './relay-views.ts';

const config = { auth: 'user' } as const;
const tags = ['Chats and groups'];
const relayed = problems(
  { auth: 'user', body: false },
  'not_found',
  'number_not_connected',
  'action_not_supported',
  'backend_refused',
  'backend_failed',
  'backend_unavailable',
);

/** What a phone number's backend knows, and what can be done there beside sending; it costs no unit of the day. */
export function registerRelayRoutes(
  instance: FastifyInstance,
  deps: { phoneNumbers: Pick<PhoneNumbers, 'relay'> },
): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { relay } = deps.phoneNumbers;
  const placeOf = ({ limit = 50, cursor }: { limit?: number; cursor?: string }): RelayPlace =>
    cursor === undefined ? relay.firstPlace(limit) : decodePlace(cursor);

  app.get(
    '/api/phone-numbers/:id/chats',
    {
      config,
      schema: {
        tags,
        summary: 'Chats of a phone number',
        description: 'The latest first. Also while the phone number is not connected.',
        params: IdParams,
        querystring: PageQuery,
        response: { 200: ManyChats, ...relayed },
      },
    },
    async (request) => {
      const { items, next } = await relay.chats(callerOf(request).userId, request.params.id, placeOf(request.query));
      return { success: true as const, chats: items.map(viewOfChat), next_cursor: cursorOf(next) };
    },
  );

  app.get(
    '/api/phone-numbers/:id/contacts',
    {
      config,
      schema: {
        tags,
        summary: 'Contacts of a phone number',
        description: 'In no certain order; a search looks at the first 5,000. Also while it is not connected.',
        params: IdParams,
        querystring: ContactsQuery,
        response: { 200: ManyContacts, ...relayed },
      },
    },
    async (request) => {
      const { search } = request.query;
      const { items, next, isWhole } = await relay.contacts(
        callerOf(request).userId,
        request.params.id,
        placeOf(request.query),
        search,
      );
      const contacts = items.map(viewOfContact);
      return { success: true as const, contacts, next_cursor: cursorOf(next), searched_all: isWhole };
    },
  );

  app.get(
    '/api/phone-numbers/:id/chats/:jid/messages',
    {
      config,
      schema: {
        tags,
        summary: 'Messages of a chat',
        description:
          'The latest first, as the backend keeps them: also what the owner wrote on the phone. Also while it is not connected.',
        params: ChatParams,
        querystring: PageQuery,
        response: { 200: ManyChatMessages, ...relayed },
      },
    },
    async (request) => {
      const { id, jid } = request.params;
      const { items, next } = await relay.messages(callerOf(request).userId, id, jid, placeOf(request.query));
      return { success: true as const, messages: items.map(viewOfChatMessage), next_cursor: cursorOf(next) };
    },
  );

  registerRelayGroupRoutes(instance, deps);
  registerRelayProfileRoutes(instance, deps);
}

function cursorOf(place: RelayPlace | null): string | null {
  return place === null ? null : encodePlace(place);
}
