import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { callerOf } from '../../http/authenticate.ts';
import { readFailure } from '../../http/problem-details.ts';
import { type Messages, readIdempotencyKey } from '../../modules/messages/index.ts';
import type { PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import { fromWebAddress, toWebAddress, viewOfChat, viewOfMessage } from './chat-views.ts';
import { createClients } from './clients.ts';
import { idleState, stateOf } from './state.ts';

export { createConnectSockets } from './sockets.ts';

export type ConnectServices = { phoneNumbers: PhoneNumbers; messages: Pick<Messages, 'send'> };

const config = { auth: 'user', dialect: 'connect' } as const;
const clientIdUsual = 'default';
const chatsMax = 100;

const clientId = Type.String({
  minLength: 1,
  maxLength: 100,
  // What an alias may be.
  pattern: '^(?!user_[0-9]+_)[^\\u0000-\\u001F\\u007F-\\u009F]+$',
});
const address = Type.String({ minLength: 1, maxLength: 64 });
const text = Type.String({ minLength: 1, maxLength: 65_536 });
const ofClient = Type.Object({ clientId: Type.String({ minLength: 1, maxLength: 100 }) });

/**
 * The contract of a connector for one WhatsApp session per `clientId`, which is a phone number's alias: connect, status,
 * QR code, reset, send, chats and messages, at the root and below `/api`.
 */
export function registerConnectDialect(instance: FastifyInstance, services: ConnectServices): void {
  for (const prefix of ['', '/api']) {
    instance.register(async (scope) => addRoutes(scope, services), { prefix });
  }
}

function addRoutes(scope: FastifyInstance, { phoneNumbers, messages }: ConnectServices): void {
  const clients = createClients({ phoneNumbers });
  scope.setErrorHandler((error, request, reply) => {
    const { known, status } = readFailure(error, request, reply);
    const sentence = known?.message ?? 'Something went wrong on our side.';
    const code = known?.code ?? 'internal_error';
    return reply.code(status).send({ ...known?.details, success: false, error: sentence, code });
  });
  const app = scope.withTypeProvider<TypeBoxTypeProvider>();

  app.post(
    '/whatsapp/connect',
    {
      config,
      schema: { hide: true, body: Type.Object({ clientId: Type.Optional(clientId) }) },
      preValidation: async (request) => {
        request.body ??= {};
      },
    },
    async (request) => {
      const { clientId: name = clientIdUsual } = request.body;
      const number = await clients.connect(callerOf(request).userId, name);
      return {
        success: true,
        ...stateOf(name, number),
        ...(number.qrCode === null ? {} : { qrDataUrl: number.qrCode }),
      };
    },
  );

  app.get('/whatsapp/status/:clientId', { config, schema: { hide: true, params: ofClient } }, async (request) => {
    const { clientId: name } = request.params;
    const number = await clients.find(callerOf(request).userId, name);
    return number === undefined ? idleState(name) : stateOf(name, number);
  });

  app.get('/whatsapp/qr/:clientId', { config, schema: { hide: true, params: ofClient } }, async (request) => {
    const number = await clients.find(callerOf(request).userId, request.params.clientId);
    return number === undefined || number.qrCode === null ? {} : { qrDataUrl: number.qrCode };
  });

  app.delete('/whatsapp/session/:clientId', { config, schema: { hide: true, params: ofClient } }, async (request) => {
    const { clientId: name } = request.params;
    const { userId } = callerOf(request);
    const known = await clients.find(userId, name);
    if (known === undefined) return { success: true, ...idleState(name) };
    const number = await phoneNumbers.orders.logout({ id: known.id, userId });
    return { success: true, ...stateOf(name, number) };
  });

  app.post(
    '/messages/send',
    { config, schema: { hide: true, body: Type.Object({ clientId: Type.Optional(clientId), to: address, text }) } },
    (request) => send(request, { ...request.body, chatId: request.body.to }),
  );

  app.post(
    '/whatsapp/send',
    {
      config,
      schema: { hide: true, body: Type.Object({ clientId: Type.Optional(clientId), chatId: address, message: text }) },
    },
    (request) => send(request, { ...request.body, text: request.body.message }),
  );

  app.get('/whatsapp/chats/:clientId', { config, schema: { hide: true, params: ofClient } }, async (request) => {
    const { userId } = callerOf(request);
    const { id } = await clients.require(userId, request.params.clientId);
    const { items } = await phoneNumbers.relay.chats(userId, id, phoneNumbers.relay.firstPlace(chatsMax));
    return { success: true, chats: items.map(viewOfChat) };
  });

  app.get(
    '/whatsapp/messages/:clientId/:chatId',
    { config, schema: { hide: true, params: Type.Object({ ...ofClient.properties, chatId: address }) } },
    async (request) => {
      const { userId } = callerOf(request);
      const { id } = await clients.require(userId, request.params.clientId);
      const chat = fromWebAddress(request.params.chatId);
      const { items } = await phoneNumbers.relay.messages(userId, id, chat, phoneNumbers.relay.firstPlace(chatsMax));
      return { success: true, messages: items.map(viewOfMessage) };
    },
  );

  async function send(request: FastifyRequest, body: { clientId?: string; chatId: string; text: string }) {
    const { userId, maxMessagesPerDay } = callerOf(request);
    const name = body.clientId ?? clientIdUsual;
    const { id } = await clients.require(userId, name);
    const key = readIdempotencyKey(request);
    const answer = await messages.send(
      {
        userId,
        dailyMax: maxMessagesPerDay,
        from: id,
        number: body.chatId.replace(/@(?:c\.us|s\.whatsapp\.net)$/, ''),
        options: {},
        timing: { kind: 'now' },
        requestId: request.id,
        ...(key === undefined ? {} : { key }),
      },
      () => ({ kind: 'text', content: { text: body.text } }),
    );
    if (answer.kind === 'refused') throw answer.error;
    const whatsappId = answer.kind === 'sent' ? { whatsappId: answer.whatsappId } : {};
    return { success: true, clientId: name, messageId: answer.id, to: toWebAddress(answer.to), ...whatsappId };
  }
}
