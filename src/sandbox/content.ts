import { isUrl } from '../evolution/wire.ts';
import type { Json } from './types.ts';

/** The send routes by the last part of their path, and the kind of message each sends. */
const kinds = {
  sendText: 'text',
  sendMedia: 'media',
  sendWhatsAppAudio: 'voice',
  sendPtv: 'ptv',
  sendSticker: 'sticker',
  sendLocation: 'location',
  sendContact: 'contact',
  sendReaction: 'reaction',
  sendPoll: 'poll',
  sendList: 'list',
  sendButtons: 'buttons',
  sendTemplate: 'template',
  sendStatus: 'status',
} as const;

export type SendAction = keyof typeof kinds;

/** What a route's body says, before it is any integration's message. */
export type Said = {
  /** `text`, `image` … `document`, `voice`, `sticker`, … `status`. */
  kind: string;
  /** The text, the caption, the question. */
  text: string | null;
  /** The body without recipient, options and media bytes. */
  content: Json;
};

export function saidIn(action: SendAction, body: Json): Said {
  const kind = action === 'sendMedia' ? String(body.mediatype) : kinds[action];
  return { kind, text: textIn(action, body), content: contentIn(action, body) };
}

function textIn(action: SendAction, body: Json): string | null {
  const field = { sendText: 'text', sendMedia: 'caption', sendPoll: 'name', sendReaction: 'reaction' }[
    action as string
  ];
  const isText = action === 'sendStatus' && body.type === 'text';
  const value = isText ? body.content : body[field ?? (action === 'sendStatus' ? 'caption' : 'title')];
  return typeof value === 'string' ? value : null;
}

const mediaFields: Partial<Record<SendAction, string>> = {
  sendMedia: 'media',
  sendWhatsAppAudio: 'audio',
  sendPtv: 'video',
  sendSticker: 'sticker',
  sendButtons: 'thumbnailUrl',
  sendStatus: 'content',
};

/** The field of a body that holds its medium; a text status has none. */
export function mediaFieldOf(action: SendAction, body: Json): string | undefined {
  return action === 'sendStatus' && body.type === 'text' ? undefined : mediaFields[action];
}

function contentIn(action: SendAction, body: Json): Json {
  const { number: _number, delay: _delay, ...content } = body;
  const field = mediaFieldOf(action, body);
  const media = field === undefined ? undefined : content[field];
  if (field !== undefined && typeof media === 'string' && !isUrl(media)) delete content[field];
  return content;
}
