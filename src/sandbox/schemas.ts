import { EVOLUTION_EVENTS } from '../evolution/wire.ts';
import type { Schema } from './validate.ts';

const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
export const number: Schema = { type: 'string', description: 'Invalid format' };

/** Options of every send. */
export const sending: Record<string, Schema> = {
  delay: { type: 'integer', description: 'Enter a value in milliseconds' },
  quoted: {
    properties: {
      key: {
        type: 'object',
        properties: { id: text, remoteJid: text, fromMe: { type: 'boolean', enum: [true, false] } },
        required: ['id'],
      },
      message: { type: 'object' },
    },
  },
  everyOne: { type: 'boolean', enum: [true, false] },
  mentioned: {
    type: 'array',
    minItems: 1,
    uniqueItems: true,
    items: { type: 'string', pattern: '^\\d+', description: '"mentioned" must be an array of numeric strings' },
  },
};

export const sendTextSchema: Schema = {
  type: 'object',
  properties: { number, text, linkPreview: flag, ...sending },
  required: ['number', 'text'],
};

export const sendMediaSchema: Schema = {
  type: 'object',
  properties: {
    number,
    mediatype: { type: 'string', enum: ['image', 'document', 'video', 'audio'] },
    mimetype: text,
    media: text,
    fileName: text,
    caption: text,
    ...sending,
  },
  required: ['number', 'mediatype'],
};

const settings: Record<string, Schema> = {
  rejectCall: flag,
  msgCall: text,
  groupsIgnore: flag,
  alwaysOnline: flag,
  readMessages: flag,
  readStatus: flag,
  syncFullHistory: flag,
  wavoipToken: text,
};

export const settingsSchema: Schema = {
  type: 'object',
  properties: settings,
  required: ['rejectCall', 'groupsIgnore', 'alwaysOnline', 'readMessages', 'readStatus', 'syncFullHistory'],
};

/** The integration is not checked here: the server's schema misspells its name, so the create itself refuses it. */
export const createSchema: Schema = {
  type: 'object',
  properties: {
    instanceName: text,
    token: text,
    number: { type: 'string', pattern: '^\\d+[\\.@\\w-]+' },
    businessId: text,
    qrcode: flag,
    ...settings,
  },
};

export const webhookSchema: Schema = {
  type: 'object',
  properties: {
    webhook: {
      type: 'object',
      properties: {
        enabled: flag,
        url: text,
        headers: { type: 'object' },
        byEvents: flag,
        base64: flag,
        events: { type: 'array', items: { type: 'string', enum: EVOLUTION_EVENTS } },
      },
      required: ['enabled', 'url'],
    },
  },
  required: ['webhook'],
};
