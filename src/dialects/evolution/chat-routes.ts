import type { FastifyInstance } from 'fastify';
import { chatSchemas, EVOLUTION_MESSAGES, isUrl } from '../../evolution/wire.ts';
import type { Messages } from '../../modules/messages/index.ts';
import type { ForwardName, PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import { allowBareErrors, BareRefusal } from './chat-bare-errors.ts';
import { createForwards, inContract } from './chat-forwards.ts';
import { createCheckNumbers } from './chat-numbers.ts';
import { badRequest, requireFits } from './errors.ts';
import { recipientOf } from './message-numbers.ts';
import { delayOf, keyIn } from './message-options.ts';
import type { Method, NumberCall, Routes } from './routes.ts';
import { textOf } from './values.ts';

type Deps = { phoneNumbers: Pick<PhoneNumbers, 'relay'>; messages: Pick<Messages, 'actions' | 'withPicture'> };
type Presence = Parameters<Messages['actions']['showPresence']>[1]['state'];

export const pictureBodyBytesMax = 24 * 1_048_576;
const presencesAtOnceMax = 4;

/** What is passed on as it is, each operation with its path and the status of a good answer. */
const passedOn: readonly (readonly [Method, string, ForwardName, number])[] = [
  ['POST', '/chat/markMessageAsRead', 'markMessageAsRead', 201],
  ['POST', '/chat/archiveChat', 'archiveChat', 201],
  ['POST', '/chat/markChatUnread', 'markChatUnread', 201],
  ['POST', '/chat/findContacts', 'findContacts', 200],
  ['POST', '/chat/findMessages', 'findMessages', 200],
  ['POST', '/chat/findStatusMessage', 'findStatusMessage', 200],
  ['POST', '/chat/findChats', 'findChats', 200],
  ['POST', '/chat/fetchProfilePictureUrl', 'fetchProfilePictureUrl', 200],
  ['POST', '/chat/fetchBusinessProfile', 'fetchBusinessProfile', 200],
  ['POST', '/chat/fetchProfile', 'fetchProfile', 200],
  ['POST', '/chat/getBase64FromMediaMessage', 'getBase64FromMediaMessage', 201],
  ['POST', '/chat/updateBlockStatus', 'updateBlockStatus', 201],
  ['POST', '/chat/updateProfileName', 'updateProfileName', 200],
  ['POST', '/chat/updateProfileStatus', 'updateProfileStatus', 200],
  ['DELETE', '/chat/removeProfilePicture', 'removeProfilePicture', 200],
  ['GET', '/chat/fetchPrivacySettings', 'fetchPrivacySettings', 200],
  ['POST', '/chat/updatePrivacySettings', 'updatePrivacySettings', 201],
  ['POST', '/instance/setPresence', 'setPresence', 201],
];

/** Chats, contacts, the profile: what a number's backend keeps, and what is done there beside sending. */
export async function addChatRoutes(scope: FastifyInstance, routes: Routes, deps: Deps): Promise<void> {
  const { actions } = deps.messages;
  const forwards = createForwards(deps.phoneNumbers);

  for (const [method, path, operation, status] of passedOn) {
    const work = async (call: NumberCall) => {
      requireFits(call.body, chatSchemas[operation] ?? {});
      return forwards.forward(call, operation, { body: call.body });
    };
    routes.ofNumber(method, `${path}/:instanceName`, work, { status });
  }

  routes.ofNumber(
    'POST',
    '/chat/sendPresence/:instanceName',
    async ({ caller, number, body }) => {
      requireFits(body, chatSchemas.sendPresence ?? {});
      const to = recipientOf(textOf(body.number) ?? '');
      const state = body.presence as Presence;
      const durationMs = delayOf(body.delay);
      const wish = { from: number.id, number: to, state, durationMs, atOnceMax: presencesAtOnceMax };
      await inContract(number, () => actions.showPresence(caller.userId, wish));
      return { presence: state };
    },
    { status: 201 },
  );

  routes.ofNumber(
    'DELETE',
    '/chat/deleteMessageForEveryone/:instanceName',
    async (call) => {
      requireFits(call.body, chatSchemas.deleteMessageForEveryone ?? {});
      const key = requireKey(call.body);
      return forwards.told(call, () => actions.byKey.deleteForEveryone(call.caller.userId, call.number, key));
    },
    { status: 201 },
  );

  routes.ofNumber('POST', '/chat/updateMessage/:instanceName', async (call) => {
    requireFits(call.body, chatSchemas.updateMessage ?? {});
    const key = requireKey(call.body.key);
    const [number = '', text = ''] = [textOf(call.body.number), textOf(call.body.text)];
    return forwards.told(call, () => actions.byKey.updateText(call.caller.userId, call.number, { number, text, key }));
  });

  routes.ofNumber(
    'POST',
    '/chat/updateProfilePicture/:instanceName',
    async (call) => {
      requireFits(call.body, chatSchemas.updateProfilePicture ?? {});
      return withPicture(deps, call, call.body.picture, (picture) =>
        forwards.forward(call, 'updateProfilePicture', { body: { picture } }),
      );
    },
    { bodyLimit: pictureBodyBytesMax },
  );

  await scope.register(async (bare) => {
    allowBareErrors(bare);
    const checkNumbers = createCheckNumbers({ ...deps, forwards });
    routes.ofNumber('POST', '/chat/whatsappNumbers/:instanceName', checkNumbers, { scope: bare });

    const find = async (call: NumberCall) => {
      const remoteJid = call.query('remoteJid');
      if (!remoteJid) throw new BareRefusal(400, { error: 'remoteJid is a required query parameter' });
      return forwards.forward(call, 'findChatByRemoteJid', { query: { remoteJid } });
    };
    routes.ofNumber('GET', '/chat/findChatByRemoteJid/:instanceName', find, { scope: bare });
  });
}

/** A picture given by address or as base64, as base64: a backend would load any address. */
export async function withPicture<T>(
  { messages }: { messages: Pick<Messages, 'withPicture'> },
  { caller, number }: NumberCall,
  given: unknown,
  work: (base64: string) => Promise<T>,
): Promise<T> {
  const text = textOf(given) ?? '';
  if (text === '') throw badRequest('"profilePicture" must be a url or a base64');
  const picture = isUrl(text) ? { url: text } : { base64: text };
  return inContract(number, () => messages.withPicture(caller.userId, picture, work));
}

function requireKey(given: unknown) {
  const key = keyIn(given);
  if (key === undefined) throw badRequest(EVOLUTION_MESSAGES.quotedMissing);
  return key;
}
