import { EVOLUTION_MESSAGES } from '../evolution/wire.ts';
import { badRequest, crashed, WireError } from './errors.ts';
import { notInMemory } from './guards.ts';
import { isBase64, isUrl } from './media.ts';
import { otherSchemas } from './other-schemas.ts';
import { type Handler, type Route, targetName } from './route.ts';
import { evolutionMedia, sendEvolution } from './send-evolution.ts';
import type { Answer, Call, Live } from './types.ts';
import { requireValid } from './validate.ts';
import { asText, type World } from './world.ts';

type Action = keyof typeof otherSchemas;

/** Kinds the official channel does not have. Its other kinds, and all on Baileys, are not simulated: unknown route. */
const notOnBusiness: readonly string[] = ['sendSticker', 'sendPoll', 'sendStatus', 'sendPtv'];

const handle =
  (action: Action): Handler =>
  (world, call) => {
    requireValid(call.body, otherSchemas[action]);
    requireContent(action, call);
    const live = world.lives.get(targetName(call));
    if (!live) throw notInMemory(methods[action]);
    if (live.integration === 'EVOLUTION') return onEvolution(world, call, live, action);
    if (live.integration === 'WHATSAPP-BUSINESS' && notOnBusiness.includes(action)) {
      throw badRequest('Method not available on WhatsApp Business API');
    }
    throw new WireError(404, [`Cannot ${call.method} ${call.url}`]);
  };

function onEvolution(world: World, call: Call, live: Live, action: Action): Promise<Answer> {
  const { body } = call;
  switch (action) {
    case 'sendWhatsAppAudio':
      if (!call.file) throw crashed('File or buffer is undefined.');
      return sendEvolution(world, live, body, evolutionMedia('audio', null, undefined));
    case 'sendButtons': {
      const { number: _number, delay: _delay, quoted: _quoted, ...message } = body;
      const text = asText(body.title) ?? null;
      return sendEvolution(world, live, body, { kind: 'buttons', text, message, messageType: 'buttonMessage' });
    }
    case 'sendPtv':
      throw crashed('this.waMonitor.waInstances[s].ptvMessage is not a function');
    default:
      throw badRequest('Method not available on Evolution Channel');
  }
}

/** What the server asks for before it looks at the instance. */
function requireContent(action: Action, call: Call): void {
  const isMedium = (value: unknown) => {
    const text = asText(value) ?? '';
    return call.file !== null || isUrl(text) || isBase64(text);
  };
  if (action === 'sendWhatsAppAudio' && !isMedium(call.body.audio)) {
    throw badRequest('Owned media must be a url, base64, or valid file with buffer');
  }
  if (action === 'sendSticker' && !isMedium(call.body.sticker)) {
    throw badRequest(EVOLUTION_MESSAGES.mediaNeitherUrlNorBase64);
  }
  if (action === 'sendPtv' && !isMedium(call.body.video)) throw badRequest(EVOLUTION_MESSAGES.mediaNeitherUrlNorBase64);
  if (action === 'sendReaction' && !/^(\p{RGI_Emoji})?$/v.test(String(call.body.reaction))) {
    throw badRequest('Reaction must be a single emoji or empty string');
  }
}

const methods: Record<Action, string> = {
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

export const otherMessageRoutes: Route[] = (Object.keys(otherSchemas) as Action[]).map((action) => ({
  method: 'POST',
  path: `/message/${action}`,
  named: true,
  guards: 'full',
  handle: handle(action),
}));
