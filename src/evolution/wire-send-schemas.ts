import { flag, number, object, text } from './wire-bodies.ts';
import type { WireSchema } from './wire-check.ts';
import type { SendAction } from './wire-sends.ts';

/** Options of most sends. */
const sending: Record<string, WireSchema> = {
  delay: { type: 'integer', description: 'Enter a value in milliseconds' },
  quoted: {
    properties: {
      key: {
        ...object({ id: text, remoteJid: text, fromMe: { type: 'boolean', enum: [true, false] } }, 'id'),
        notEmpty: ['id'],
      },
      message: { type: 'object' },
    },
  },
  everyOne: { type: 'boolean', enum: [true, false] },
  mentioned: numericList('mentioned'),
};

const contact: WireSchema = {
  ...object(
    {
      fullName: text,
      wuid: { type: 'string', minLength: 10, pattern: '\\d+', description: '"wuid" must be a numeric string' },
      phoneNumber: { type: 'string', minLength: 10 },
      organization: text,
      email: text,
      url: text,
    },
    'fullName',
    'phoneNumber',
  ),
  notEmpty: ['fullName'],
};

const listRow: WireSchema = {
  ...object({ title: text, description: text, rowId: text }, 'title', 'rowId'),
  notEmpty: ['title', 'description', 'rowId'],
};
const listSection = object(
  { title: text, rows: { type: 'array', minItems: 1, uniqueItems: true, items: listRow } },
  'title',
  'rows',
);

const button = object(
  {
    type: { type: 'string', enum: ['reply', 'copy', 'url', 'call', 'pix'] },
    displayText: text,
    id: text,
    url: text,
    phoneNumber: text,
    currency: text,
    name: text,
    keyType: { type: 'string', enum: ['phone', 'email', 'cpf', 'cnpj', 'random'] },
    key: text,
  },
  'type',
);

/** Schemas of the send routes by the last part of their path, holes included: an empty template has no number. */
export const sendSchemas: Record<SendAction, WireSchema> = {
  sendText: object({ number, text, linkPreview: flag, ...sending }, 'number', 'text'),
  sendMedia: object(
    {
      number,
      mediatype: { type: 'string', enum: ['image', 'document', 'video', 'audio'] },
      mimetype: text,
      media: text,
      fileName: text,
      caption: text,
      ...sending,
    },
    'number',
    'mediatype',
  ),
  sendWhatsAppAudio: object({ number, audio: text, ...sending }, 'number'),
  sendPtv: object({ number, video: text, ...sending }, 'number'),
  sendSticker: object({ number, sticker: text, ...sending }, 'number'),
  sendLocation: object(
    { number, latitude: { type: 'number' }, longitude: { type: 'number' }, name: text, address: text, ...sending },
    'number',
    'latitude',
    'longitude',
    'name',
    'address',
  ),
  sendContact: object(
    { number, contact: { type: 'array', minItems: 1, uniqueItems: true, items: contact } },
    'number',
    'contact',
  ),
  sendReaction: object(
    {
      key: {
        ...object({ id: text, remoteJid: text, fromMe: flag }, 'id', 'remoteJid', 'fromMe'),
        notEmpty: ['id', 'remoteJid'],
      },
      reaction: text,
    },
    'key',
    'reaction',
  ),
  sendPoll: object(
    {
      number,
      name: text,
      selectableCount: { type: 'integer', minimum: 0, maximum: 10 },
      values: { type: 'array', minItems: 2, maxItems: 10, uniqueItems: true, items: text },
      ...sending,
    },
    'number',
    'name',
    'selectableCount',
    'values',
  ),
  sendList: object(
    {
      number,
      title: text,
      description: text,
      footerText: text,
      buttonText: text,
      sections: { type: 'array', minItems: 1, uniqueItems: true, items: listSection },
      ...sending,
    },
    'number',
    'title',
    'footerText',
    'buttonText',
    'sections',
  ),
  sendButtons: object(
    {
      number,
      thumbnailUrl: text,
      title: text,
      description: text,
      footer: text,
      buttons: { type: 'array', items: button },
      ...sending,
    },
    'number',
  ),
  sendTemplate: object({ number, name: text, language: text, components: { type: 'array' } }, 'name', 'language'),
  sendStatus: object(
    {
      type: { type: 'string', enum: ['text', 'image', 'audio', 'video'] },
      content: text,
      caption: text,
      backgroundColor: text,
      font: { type: 'integer', minimum: 0, maximum: 5 },
      statusJidList: numericList('statusJidList'),
      allContacts: flag,
    },
    'type',
  ),
};

function numericList(name: string): WireSchema {
  const items: WireSchema = {
    type: 'string',
    pattern: '^\\d+',
    description: `"${name}" must be an array of numeric strings`,
  };
  return { type: 'array', minItems: 1, uniqueItems: true, items };
}
