import { EVOLUTION_MESSAGES, isBase64, isUrl, sendSchemas } from '../evolution/wire.ts';
import type { SendAction } from './content.ts';
import { badRequest } from './errors.ts';
import { notInMemory } from './guards.ts';
import { type Handler, type Route, targetName } from './route.ts';
import { sendBaileys } from './send-baileys.ts';
import { sendBusiness } from './send-business.ts';
import { sendEvolution } from './send-evolution.ts';
import type { Call } from './types.ts';
import { requireValid } from './validate.ts';
import { asText } from './world.ts';

const handle =
  (action: SendAction): Handler =>
  (world, call) => {
    requireValid(call.body, sendSchemas[action]);
    requireMedium(action, call);
    const live = world.lives.get(targetName(call));
    if (!live) throw notInMemory(methods[action]);
    switch (live.integration) {
      case 'EVOLUTION':
        return sendEvolution(world, live, action, call);
      case 'WHATSAPP-BUSINESS':
        return sendBusiness(world, live, action, call);
      case 'WHATSAPP-BAILEYS':
        return sendBaileys(world, live, action, call);
      default:
        return live.integration satisfies never;
    }
  };

/** What the server asks for before it looks at the instance. */
function requireMedium(action: SendAction, { body, file }: Call): void {
  const isMedium = (value: unknown) => {
    const text = asText(value) ?? '';
    return file !== null || isUrl(text) || isBase64(text);
  };
  switch (action) {
    case 'sendMedia':
      if (!body.fileName && body.mediatype === 'document' && isBase64(asText(body.media) ?? '')) {
        throw badRequest(EVOLUTION_MESSAGES.fileNameRequired);
      }
      if (!isMedium(body.media)) throw badRequest(EVOLUTION_MESSAGES.mediaNeitherUrlNorBase64);
      break;
    case 'sendWhatsAppAudio':
      if (!isMedium(body.audio)) throw badRequest(EVOLUTION_MESSAGES.audioMissing);
      break;
    case 'sendSticker':
    case 'sendPtv':
      if (!isMedium(action === 'sendPtv' ? body.video : body.sticker)) {
        throw badRequest(EVOLUTION_MESSAGES.mediaNeitherUrlNorBase64);
      }
      break;
    case 'sendReaction':
      if (!/^(\p{RGI_Emoji})?$/v.test(String(body.reaction))) throw badRequest(EVOLUTION_MESSAGES.notAnEmoji);
      break;
    default:
  }
}

/** What each route calls on the instance, and names when there is none. */
const methods: Record<SendAction, string> = {
  sendText: 'textMessage',
  sendMedia: 'mediaMessage',
  sendWhatsAppAudio: 'audioWhatsapp',
  sendPtv: 'ptvMessage',
  sendSticker: 'mediaSticker',
  sendLocation: 'locationMessage',
  sendContact: 'contactMessage',
  sendReaction: 'reactionMessage',
  sendPoll: 'pollMessage',
  sendList: 'listMessage',
  sendButtons: 'buttonMessage',
  sendStatus: 'statusMessage',
  sendTemplate: 'templateMessage',
};

export const messageRoutes: Route[] = (Object.keys(sendSchemas) as SendAction[]).map((action) => ({
  method: 'POST',
  path: `/message/${action}`,
  named: true,
  guards: 'full',
  handle: handle(action),
}));
