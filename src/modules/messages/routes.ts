import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../../http/authenticate.ts';
import { problems } from '../../http/problem-details.ts';
import type { Messages, SendInput, SentMessage } from './index.ts';
import { secondsUntilNextDay } from './quota-day.ts';
import { SendMediaBody, SendTextBody, SentAnswer } from './schemas.ts';

const config = { auth: 'user' } as const;
const sendProblems = [
  'not_found',
  'invalid_number',
  'number_not_connected',
  'recipient_not_on_whatsapp',
  'backend_refused',
  'quota_exceeded',
  'backend_unavailable',
  'outcome_unknown',
] as const;
const base64BodyMax = 24 * 1_048_576;

export function registerMessageRoutes(instance: FastifyInstance, deps: { messages: Messages }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { messages } = deps;

  app.post(
    '/api/messages/send-text',
    {
      config,
      schema: {
        tags: ['Messages'],
        summary: 'Send a text message',
        body: SendTextBody,
        response: { 200: SentAnswer, ...problems({ auth: 'user', body: true }, ...sendProblems) },
      },
    },
    async (request, reply) => {
      const sent = await messages.sendText(sendInput(request, request.body), request.body.text);
      return answer(reply, sent);
    },
  );

  app.post(
    '/api/messages/send-media',
    {
      config,
      bodyLimit: base64BodyMax,
      schema: {
        tags: ['Messages'],
        summary: 'Send an image, video, audio or document',
        body: SendMediaBody,
        response: {
          200: SentAnswer,
          ...problems(
            { auth: 'user', body: true },
            ...sendProblems,
            'invalid_url',
            'invalid_media',
            'media_unavailable',
          ),
        },
      },
    },
    async (request, reply) => {
      const { mediaType, mediaUrl, mediaBase64, fileName, caption } = request.body;
      const sent = await messages.sendMedia(sendInput(request, request.body), {
        mediaType,
        ...(mediaUrl === undefined ? {} : { url: mediaUrl }),
        ...(mediaBase64 === undefined ? {} : { base64: mediaBase64 }),
        ...(fileName === undefined ? {} : { fileName }),
        ...(caption === undefined ? {} : { caption }),
      });
      return answer(reply, sent);
    },
  );
}

function sendInput(request: FastifyRequest, body: { token: string; number: string }): SendInput {
  const caller = callerOf(request);
  return {
    userId: caller.userId,
    dailyMax: caller.maxMessagesPerDay,
    token: body.token,
    number: body.number,
    requestId: request.id,
  };
}

function answer(reply: FastifyReply, sent: SentMessage) {
  reply.headers({
    'x-quota-limit': String(sent.quota.limit),
    'x-quota-remaining': String(Math.max(0, sent.quota.limit - sent.quota.used)),
    'x-quota-reset': String(secondsUntilNextDay(new Date())),
  });
  return {
    success: true as const,
    message_id: sent.id,
    status: 'sent' as const,
    whatsapp_id: sent.whatsappId,
    to: sent.to,
    ...(sent.isSandbox ? { sandbox: true } : {}),
  };
}
