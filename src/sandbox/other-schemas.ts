import { number, sending } from './schemas.ts';
import type { Schema } from './validate.ts';

const text: Schema = { type: 'string' };
const schema = (properties: Record<string, Schema>, ...required: string[]): Schema => ({
  type: 'object',
  properties,
  required,
});

const contact = schema(
  {
    fullName: text,
    wuid: { type: 'string', minLength: 10, pattern: '\\d+', description: '"wuid" must be a numeric string' },
    phoneNumber: { type: 'string', minLength: 10 },
  },
  'fullName',
  'phoneNumber',
);

const listRow = schema({ title: text, description: text, rowId: text }, 'title', 'rowId');
const listSection = schema(
  { title: text, rows: { type: 'array', minItems: 1, uniqueItems: true, items: listRow } },
  'title',
  'rows',
);

/** Schemas of the sends beside text and media, by the last part of their path. */
export const otherSchemas = {
  sendWhatsAppAudio: schema({ number, audio: text, ...sending }, 'number'),
  sendPtv: schema({ number, video: text, ...sending }, 'number'),
  sendSticker: schema({ number, sticker: text, ...sending }, 'number'),
  sendLocation: schema(
    { number, latitude: { type: 'number' }, longitude: { type: 'number' }, name: text, address: text, ...sending },
    'number',
    'latitude',
    'longitude',
    'name',
    'address',
  ),
  sendContact: schema(
    { number, contact: { type: 'array', minItems: 1, uniqueItems: true, items: contact } },
    'number',
    'contact',
  ),
  sendReaction: schema(
    {
      key: schema({ id: text, remoteJid: text, fromMe: { type: 'boolean' } }, 'id', 'remoteJid', 'fromMe'),
      reaction: text,
    },
    'key',
    'reaction',
  ),
  sendPoll: schema(
    {
      number,
      name: text,
      selectableCount: { type: 'integer' },
      values: { type: 'array', minItems: 2, uniqueItems: true, items: text },
      ...sending,
    },
    'number',
    'name',
    'selectableCount',
    'values',
  ),
  sendList: schema(
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
  sendButtons: schema(
    { number, title: text, description: text, footer: text, buttons: { type: 'array' }, ...sending },
    'number',
  ),
  sendStatus: schema(
    { type: { type: 'string', enum: ['text', 'image', 'audio', 'video'] }, content: text, caption: text },
    'type',
  ),
  sendTemplate: schema({ number, name: text, language: text, components: { type: 'array' } }, 'name', 'language'),
} satisfies Record<string, Schema>;
