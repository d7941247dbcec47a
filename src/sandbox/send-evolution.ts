import { EVOLUTION_MESSAGES, isUrl } from '../evolution/wire.ts';
import { type SendAction, saidIn } from './content.ts';
import { badRequest, crashed } from './errors.ts';
import { dispatch, refuseByMagic } from './sends.ts';
import type { Answer, Call, Json, Live } from './types.ts';
import { asText, secondsNow, type World } from './world.ts';

/** A send on the EVOLUTION integration: the number stays verbatim and the connection's state is never asked. */
export async function sendEvolution(world: World, live: Live, action: SendAction, call: Call): Promise<Answer> {
  const { body } = call;
  const { message, messageType } = evolutionMessage(action, call);
  const number = asText(body.number) ?? '';
  const { magic, answer } = refuseByMagic(number);
  if (answer) return answer;

  const quoted = quotedKey(body.quoted);
  const delay = Number(body.delay ?? 0) + (magic.delayMs ?? 0);
  if (delay > 0) await world.timers.wait(delay);

  const record = {
    key: { fromMe: true, id: world.identifiers.uuid(), remoteJid: number },
    message: quoted === undefined ? message : { ...message, quoted },
    messageType,
    messageTimestamp: secondsNow(world),
    source: 'unknown',
    instanceId: live.id,
  };
  return dispatch(world, live, { number, ...saidIn(action, body), media: null, record }, magic);
}

function evolutionMessage(action: SendAction, call: Call): { message: Json; messageType: string } {
  const { body } = call;
  switch (action) {
    case 'sendText':
      return { message: { conversation: body.text }, messageType: 'conversation' };
    case 'sendMedia':
      return mediaMessage(String(body.mediatype), call.file ? undefined : body.media);
    case 'sendWhatsAppAudio':
      if (!call.file) throw crashed('File or buffer is undefined.');
      return mediaMessage('audio', undefined);
    case 'sendButtons': {
      const { title, description, footer, buttons } = body;
      return { message: { title, description, footer, buttons }, messageType: 'buttonMessage' };
    }
    case 'sendPtv':
      throw crashed('this.waMonitor.waInstances[s].ptvMessage is not a function');
    default:
      throw badRequest(EVOLUTION_MESSAGES.notOnEvolution);
  }
}

/** Only a URL is kept of a medium; base64 and uploads are dropped. */
function mediaMessage(kind: string, media: unknown): { message: Json; messageType: string } {
  const given = asText(media) ?? '';
  return { message: { mediaUrl: isUrl(given) ? given : null }, messageType: `${kind}Message` };
}

function quotedKey(quoted: unknown): unknown {
  if (typeof quoted !== 'object' || quoted === null) return undefined;
  if (!('key' in quoted) || !quoted.key) throw badRequest(EVOLUTION_MESSAGES.quotedMissing);
  return quoted.key;
}
