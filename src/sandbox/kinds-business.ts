import { isUrl } from '../evolution/wire.ts';
import type { SendAction } from './content.ts';
import { mimetypeOf } from './media.ts';
import type { Json } from './types.ts';
import { contactCards } from './vcard.ts';
import { asJson, asList, asText, type World } from './world.ts';

/** What a body becomes on the official channel, which keeps the text of buttons, lists and templates alone. */
export function businessMessage(
  world: World,
  action: SendAction,
  body: Json,
  file: Buffer | null,
): { message: Json; messageType: string } {
  const words = (text: string) => ({ message: { conversation: text }, messageType: 'conversation' });
  switch (action) {
    case 'sendText':
      return words(String(body.text));
    case 'sendMedia':
      return mediaMessage(body, file);
    case 'sendWhatsAppAudio':
      return { message: { audioMessage: voice(world, body, file) }, messageType: 'audioMessage' };
    case 'sendLocation': {
      const { latitude: degreesLatitude, longitude: degreesLongitude, name, address } = body;
      const locationMessage = { degreesLatitude, degreesLongitude, name, address };
      return { message: { locationMessage }, messageType: 'locationMessage' };
    }
    case 'sendContact': {
      const contacts = asList(body.contact).map(asJson);
      const field = contacts.length === 1 ? 'contact' : 'contactsArrayMessage';
      return { message: { [field]: contactCards(contacts) }, messageType: 'conversation' };
    }
    case 'sendReaction':
      return { message: { reactionMessage: { key: body.key, text: body.reaction } }, messageType: 'conversation' };
    case 'sendButtons': {
      const lines = asList(body.buttons).map((button) => `▶️ ${asJson(button).displayText}\n`);
      return words(`${body.title || 'Select'}\n${lines.join('')}`);
    }
    case 'sendList': {
      const sections = asList(body.sections).map(asJson);
      const lines = sections.flatMap((section) => [
        `${section.title}\n`,
        ...asList(section.rows).map((row) => `${asJson(row).title}\n`),
      ]);
      return words(`${body.title}\n${lines.join('')}`);
    }
    case 'sendTemplate':
      return words(`▶️${body.name}◀️`);
    case 'sendPtv':
    case 'sendSticker':
    case 'sendPoll':
    case 'sendStatus':
      throw new Error(`${action} ends before there is any message`);
    default:
      return action satisfies never;
  }
}

function mediaMessage(body: Json, file: Buffer | null): { message: Json; messageType: string } {
  const type = String(body.mediatype);
  const media = file ? file.toString('base64') : (asText(body.media) ?? '');
  const linked = isUrl(media);
  const fileName = asText(body.fileName) ?? defaultNames[type];
  const lookedUp = mimetypeOf(linked ? media : (fileName ?? ''));
  const fields = {
    ...(body.caption === undefined ? {} : { caption: body.caption }),
    ...(fileName === undefined ? {} : { fileName }),
    mediaType: type,
    media,
    gifPlayback: false,
    id: linked ? media : 'media-id-1',
    type: linked ? 'link' : 'id',
    mimetype: asText(body.mimetype) ?? lookedUp,
  };
  return { message: { [`${type}Message`]: fields }, messageType: `${type}Message` };
}

function voice(world: World, body: Json, file: Buffer | null): Json {
  const media = file ? file.toString('base64') : (asText(body.audio) ?? '');
  const linked = isUrl(media);
  return {
    fileName: `${String(body.number).replace(/\D/g, '')}-${world.clock.now().getTime()}.mp3`,
    mediaType: 'audio',
    media,
    id: linked ? media : 'media-id-1',
    type: linked ? 'link' : 'id',
    mimetype: linked ? mimetypeOf(media) : 'audio/mpeg',
  };
}

const defaultNames: Record<string, string> = { image: 'image.png', video: 'video.mp4' };
