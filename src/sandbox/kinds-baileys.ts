import { isUrl } from '../evolution/wire.ts';
import { interactiveMessage } from './buttons.ts';
import type { SendAction } from './content.ts';
import { mimetypeOf } from './media.ts';
import type { Json } from './types.ts';
import { bytesObject, converted, pictured, uploaded } from './uploads.ts';
import { contactCards } from './vcard.ts';
import { asJson, asList, asText, type World } from './world.ts';

/** A message on the wire of the WHATSAPP-BAILEYS integration. */
export type BaileysMessage = {
  message: Json;
  messageType: string;
  /** Stands in the record beside the message as well. */
  contextInfo?: Json;
  /** The medium as it left, after any conversion. */
  media?: Buffer;
};

/** What a body becomes; `media` are the bytes its medium came as, `context` what a chat with one person carries. */
export function baileysMessage(
  world: World,
  action: SendAction,
  body: Json,
  media: Buffer | null,
  context: Json | undefined,
): BaileysMessage {
  const inside = context ? { contextInfo: context } : {};
  const one = (messageType: string, fields: Json): BaileysMessage => ({
    message: { [messageType]: { ...fields, ...inside } },
    messageType,
    ...inside,
  });
  const bytes = media ?? Buffer.alloc(0);

  switch (action) {
    case 'sendText':
      return { message: { conversation: body.text }, messageType: 'conversation', ...inside };
    case 'sendMedia':
      return mediaMessage(world, String(body.mediatype), body, bytes, inside);
    case 'sendPtv': {
      const fields = { ...uploaded(world, bytes, 'video/mp4'), seconds: 1 };
      return { ...one('ptvMessage', fields), media: bytes };
    }
    case 'sendWhatsAppAudio': {
      const file = converted(bytes, 'opus');
      const fields = { ...uploaded(world, file, 'audio/ogg; codecs=opus'), seconds: 1, ptt: true };
      return { ...one('audioMessage', fields), media: file };
    }
    case 'sendSticker': {
      const file = converted(bytes, 'webp');
      const fields = { ...uploaded(world, file, 'image/webp'), isAnimated: false };
      return { ...one('stickerMessage', fields), media: file };
    }
    case 'sendLocation': {
      const { latitude: degreesLatitude, longitude: degreesLongitude, name, address } = body;
      return one('locationMessage', { degreesLatitude, degreesLongitude, name, address });
    }
    case 'sendContact': {
      const contacts = asList(body.contact).map(asJson);
      return one(contacts.length === 1 ? 'contactMessage' : 'contactsArrayMessage', contactCards(contacts));
    }
    case 'sendReaction': {
      const reactionMessage = { text: body.reaction, key: body.key, senderTimestampMs: world.clock.now().getTime() };
      return { message: { reactionMessage }, messageType: 'reactionMessage' };
    }
    case 'sendPoll':
      return {
        message: {
          messageContextInfo: { messageSecret: bytesObject(world.identifiers.bytes(32)), ...inside },
          pollCreationMessageV3: {
            name: body.name,
            selectableOptionsCount: body.selectableCount,
            options: asList(body.values).map((optionName) => ({ optionName })),
          },
        },
        messageType: 'pollCreationMessageV3',
      };
    case 'sendButtons': {
      const picture = media
        ? { ...uploaded(world, converted(media, 'jpeg'), 'image/jpeg'), ...pictured(media) }
        : undefined;
      const interactive = interactiveMessage(world, body, asList(body.buttons).map(asJson), picture);
      return {
        message: { viewOnceMessage: { message: { interactiveMessage: interactive } } },
        messageType: 'viewOnceMessage',
      };
    }
    case 'sendStatus':
      return body.type === 'text'
        ? { message: { conversation: body.content }, messageType: 'conversation' }
        : statusMedia(world, String(body.type), body, bytes);
    case 'sendList':
    case 'sendTemplate':
      throw new Error(`${action} ends before there is any message`);
    default:
      return action satisfies never;
  }
}

function mediaMessage(world: World, type: string, body: Json, original: Buffer, inside: Json): BaileysMessage {
  const given = asText(body.media) ?? '';
  const fileName = asText(body.fileName) ?? (type === 'document' && isUrl(given) ? nameIn(given) : defaultNames[type]);
  const mimetype = type === 'image' && !body.fileName ? 'image/jpeg' : mimetypeOf(fileName ?? '');
  const media = type === 'image' ? converted(original, 'jpeg') : original;
  const fields = {
    interactiveAnnotations: [],
    scanLengths: [],
    annotations: [],
    ...uploaded(world, media, mimetype),
    ...(type === 'image' ? pictured(original) : {}),
    ...(body.caption === undefined ? {} : { caption: body.caption }),
    ...(type === 'image' || fileName === undefined ? {} : { fileName }),
    ...inside,
  };
  return { message: { [`${type}Message`]: fields }, messageType: `${type}Message`, media, ...inside };
}

/** Pictures of a status leave as they are; a voice note is converted. */
function statusMedia(world: World, type: string, body: Json, original: Buffer): BaileysMessage {
  const isVoice = type === 'audio';
  const media = isVoice ? converted(original, 'opus') : original;
  const mimetype = isVoice ? 'audio/ogg; codecs=opus' : type === 'image' ? 'image/jpeg' : 'video/mp4';
  const fields = {
    ...uploaded(world, media, mimetype),
    ...(type === 'image' ? pictured(original) : {}),
    ...(isVoice ? { seconds: 1, ptt: true } : {}),
    ...(isVoice || body.caption === undefined ? {} : { caption: body.caption }),
  };
  return { message: { [`${type}Message`]: fields }, messageType: `${type}Message`, media };
}

const defaultNames: Record<string, string> = { image: 'image.jpg', video: 'video.mp4' };

const nameIn = (url: string): string => /.*\/(.+?)\./.exec(url)?.[1] ?? 'file';
