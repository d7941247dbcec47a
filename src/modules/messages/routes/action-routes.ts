import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/problem-details.ts';
import type { Messages } from '../index.ts';
import {
  ChangedAnswer,
  CheckedAnswer,
  CheckNumbersBody,
  DoneAnswer,
  EditBody,
  MarkedAnswer,
  MarkReadBody,
  PresenceBody,
} from './action-schemas.ts';
import { MessageParams } from './schemas.ts';

const config = { auth: 'user' } as const;
const actionProblems = [
  'not_found',
  'action_not_supported',
  'number_not_connected',
  'backend_refused',
  'backend_failed',
  'backend_unavailable',
  'outcome_unknown',
] as const;

/** What is done to messages and chats beside sending; it costs no unit of the day. */
export function registerActionRoutes(instance: FastifyInstance, deps: { messages: Messages }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { actions } = deps.messages;
  const tags = ['Messages'];

  app.post(
    '/api/messages/:id/edit',
    {
      config,
      schema: {
        tags,
        summary: 'Edit a sent text',
        description: 'On every phone that has it. Named by our id or by its WhatsApp id.',
        params: MessageParams,
        body: EditBody,
        response: {
          200: ChangedAnswer,
          ...problems({ auth: 'user', body: true }, ...actionProblems, 'message_not_changeable'),
        },
      },
    },
    async (request) => {
      const id = await actions.edit(callerOf(request).userId, request.params.id, request.body.text);
      return { success: true as const, message_id: id };
    },
  );

  app.delete(
    '/api/messages/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Delete a sent message for everyone',
        description: 'Named by our id or by its WhatsApp id.',
        params: MessageParams,
        response: {
          200: ChangedAnswer,
          ...problems({ auth: 'user', body: false }, ...actionProblems, 'message_not_changeable'),
        },
      },
    },
    async (request) => {
      const id = await actions.deleteForEveryone(callerOf(request).userId, request.params.id);
      return { success: true as const, message_id: id };
    },
  );

  app.post(
    '/api/messages/mark-read',
    {
      config,
      schema: {
        tags,
        summary: 'Mark received messages as read',
        body: MarkReadBody,
        response: { 200: MarkedAnswer, ...problems({ auth: 'user', body: true }, ...actionProblems) },
      },
    },
    async (request) => {
      const { token, message_ids } = request.body;
      return { success: true as const, marked: await actions.markRead(callerOf(request).userId, token, message_ids) };
    },
  );

  app.post(
    '/api/messages/presence',
    {
      config,
      schema: {
        tags,
        summary: 'Show "typing…" in a chat',
        description: 'Answered when it is over. One at a time per phone number.',
        body: PresenceBody,
        response: {
          200: DoneAnswer,
          ...problems({ auth: 'user', body: true }, ...actionProblems, 'invalid_number', 'presence_under_way'),
        },
      },
    },
    async (request) => {
      const { token: from, number, state, duration_ms: durationMs = 2_000 } = request.body;
      await actions.showPresence(callerOf(request).userId, { from, number, state, durationMs });
      return { success: true as const };
    },
  );

  app.post(
    '/api/messages/check-numbers',
    {
      config,
      schema: {
        tags,
        summary: 'Ask which numbers are on WhatsApp',
        description: 'What was found out holds for 24 hours. At most 500 numbers an hour beside those.',
        body: CheckNumbersBody,
        response: {
          200: CheckedAnswer,
          ...problems({ auth: 'user', body: true }, ...actionProblems, 'number_checks_limit'),
        },
      },
    },
    async (request) => {
      const { token, numbers } = request.body;
      const checked = await actions.checkNumbers(callerOf(request).userId, token, numbers);
      return {
        success: true as const,
        numbers: checked.map(({ number, isOnWhatsApp, jid, isCached }) => ({
          number,
          exists: isOnWhatsApp,
          jid,
          cached: isCached,
        })),
      };
    },
  );
}
