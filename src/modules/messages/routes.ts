import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../../http/authenticate.ts';
import { problems } from '../../http/problem-details.ts';
import { DomainError } from '../../platform/errors.ts';
import type { Messages, SendInput, SentMessage } from './index.ts';
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
      const sending = messages.sendText(sendInput(request, request.body), request.body.text);
      return answer(reply, sending);
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
            'kind_not_supported',
          ),
        },
      },
    },
    async (request, reply) => {
      const { mediaType, mediaUrl, mediaBase64, fileName, caption } = request.body;
      const sending = messages.sendMedia(sendInput(request, request.body), {
        mediaType,
        ...(mediaUrl === undefined ? {} : { url: mediaUrl }),
        ...(mediaBase64 === undefined ? {} : { base64: mediaBase64 }),
        ...(fileName === undefined ? {} : { fileName }),
        ...(caption === undefined ? {} : { caption }),
      });
      return answer(reply, sending);
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

async function answer(reply: FastifyReply, sending: Promise<SentMessage>) {
  const sent = await sending.catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'quota_exceeded') {
      setQuotaHeaders(reply, Number(error.details.max_messages_per_day), 0, error.retryAfterSeconds ?? 0);
    }
    throw error;
  });
  const { limit, used, renewsInSeconds } = sent.quota;
  setQuotaHeaders(reply, limit, Math.max(0, limit - used), renewsInSeconds);
  return {
    success: true as const,
    message_id: sent.id,
    status: 'sent' as const,
    whatsapp_id: sent.whatsappId,
    to: sent.to,
    ...(sent.isSandbox ? { sandbox: true } : {}),
  };
}

function setQuotaHeaders(reply: FastifyReply, limit: number, remaining: number, renewsInSeconds: number): void {
  reply.headers({
    'x-quota-limit': String(limit),
    'x-quota-remaining': String(remaining),
    'x-quota-reset': String(renewsInSeconds),
  });
}
