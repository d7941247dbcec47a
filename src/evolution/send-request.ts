import { fileNameWithEnding } from './file-name.ts';
import { canonicalJid } from './jid.ts';
import type { Button, ContactCard, MessageRef, Outbound, OutboundOptions } from './outbound.ts';
import type { Integration, SendAction } from './wire.ts';

/** One request to a send route. `form`: the content travels as the file of a form, where the server takes it no other way. */
export type SendRequest =
  | { action: SendAction; body: Record<string, unknown> }
  | { action: SendAction; form: FormPart };
export type FormPart = { fields: Record<string, string>; file: Uint8Array; fileName: string; mimetype: string };

/** The route and the body that send a content; undefined fields are for JSON to leave out. */
export function sendRequestOf(
  number: string,
  content: Outbound,
  options: OutboundOptions,
  integration: Integration,
): SendRequest {
  const sending = sendingOf(options);
  switch (content.kind) {
    case 'text':
      return {
        action: 'sendText',
        body: { number, text: content.text, linkPreview: content.linkPreview, ...sending },
      };
    case 'image':
    case 'video':
    case 'audio':
    case 'document': {
      const { kind: mediatype, mimetype, caption, media } = content;
      const fileName = content.fileName === undefined ? undefined : fileNameWithEnding(content.fileName, mimetype);
      return { action: 'sendMedia', body: { number, mediatype, mimetype, caption, media, fileName, ...sending } };
    }
    case 'voice':
      return voiceRequest(number, content.media, sending, integration);
    case 'ptv':
      return { action: 'sendPtv', body: { number, video: content.media, ...sending } };
    case 'sticker':
      return { action: 'sendSticker', body: { number, sticker: content.media, ...sending } };
    case 'location': {
      const { latitude, longitude, name = '', address = '' } = content;
      return { action: 'sendLocation', body: { number, name, address, latitude, longitude, ...sending } };
    }
    case 'contact':
      return { action: 'sendContact', body: { number, contact: content.contacts.map(contactOf) } };
    case 'reaction':
      return { action: 'sendReaction', body: { key: keyOf(content.target), reaction: content.emoji } };
    case 'poll': {
      const { question: name, selectableCount, options: values } = content;
      return { action: 'sendPoll', body: { number, name, selectableCount, values, ...sending } };
    }
    case 'list':
      return { action: 'sendList', body: { number, ...listOf(content, integration), ...sending } };
    case 'buttons': {
      const { title, description, footer, media: thumbnailUrl } = content;
      const buttons = content.buttons.map(buttonOf);
      return { action: 'sendButtons', body: { number, title, description, footer, buttons, thumbnailUrl, ...sending } };
    }
    case 'template': {
      const { name, language, components } = content;
      return { action: 'sendTemplate', body: { number, name, language, components, ...sending } };
    }
    case 'status':
      return { action: 'sendStatus', body: statusOf(content) };
    default:
      return content satisfies never;
  }
}

/** The key of a message as every route takes it. */
export function keyOf(ref: Pick<MessageRef, 'id'> & Partial<MessageRef>): Record<string, unknown> {
  const { id, remoteJid, fromMe, participant } = ref;
  return { id, remoteJid, fromMe, participant };
}

function sendingOf(options: OutboundOptions): Record<string, unknown> {
  const { quoted, mentions = [], mentionsEveryone, delayMs } = options;
  return {
    delay: delayMs,
    quoted: quoted && { key: keyOf(quoted), message: quoted.message },
    mentionsEveryOne: mentionsEveryone,
    mentioned: mentions.length === 0 ? undefined : mentions,
  };
}

// The EVOLUTION integration takes a voice note as a file only, and nothing but text beside a file; a URL it keeps when
// it comes as audio, which is all that its own voice notes are.
function voiceRequest(
  number: string,
  media: string,
  sending: Record<string, unknown>,
  integration: Integration,
): SendRequest {
  if (integration !== 'EVOLUTION') return { action: 'sendWhatsAppAudio', body: { number, audio: media, ...sending } };
  if (/^https?:\/\//i.test(media))
    return { action: 'sendMedia', body: { number, mediatype: 'audio', media, ...sending } };
  const file = Buffer.from(media, 'base64');
  return {
    action: 'sendWhatsAppAudio',
    form: { fields: { number }, file, fileName: 'voice.ogg', mimetype: 'audio/ogg' },
  };
}

function contactOf(card: ContactCard): Record<string, unknown> {
  const { fullName, phoneNumber, shownAs = `+${phoneNumber}`, organization, email, url } = card;
  return { fullName, wuid: phoneNumber, phoneNumber: shownAs, organization, email, url };
}

function listOf(content: Extract<Outbound, { kind: 'list' }>, integration: Integration): Record<string, unknown> {
  const { title, description, footer = '', buttonText } = content;
  // The official channel fails on a row without a description, and the server refuses an empty one.
  const spare = (text: string) => (integration === 'WHATSAPP-BUSINESS' ? text : undefined);
  const sections = content.sections.map((section) => ({
    title: section.title,
    rows: section.rows.map((row) => ({
      title: row.title,
      description: row.description || spare(row.title),
      rowId: row.id,
    })),
  }));
  return { title, description, footerText: footer, buttonText, sections };
}

function buttonOf(button: Button): Record<string, unknown> {
  switch (button.type) {
    case 'reply':
      return { type: 'reply', displayText: button.text, id: button.id };
    case 'url':
      return { type: 'url', displayText: button.text, url: button.url };
    case 'call':
      return { type: 'call', displayText: button.text, phoneNumber: button.phoneNumber };
    case 'copy':
      return { type: 'copy', displayText: button.text, copyCode: button.code };
    case 'pix': {
      const { currency, name, keyType, key } = button;
      return { type: 'pix', currency, name, keyType, key };
    }
    default:
      return button satisfies never;
  }
}

function statusOf(content: Extract<Outbound, { kind: 'status' }>): Record<string, unknown> {
  const { type, caption, audience } = content;
  // A text status without a colour or with font 0 is refused.
  const look =
    type === 'text' ? { backgroundColor: content.backgroundColor ?? '#000000', font: content.font || 1 } : { caption };
  return {
    type,
    content: content.content,
    ...look,
    allContacts: audience === undefined,
    statusJidList: audience?.map(canonicalJid),
  };
}
