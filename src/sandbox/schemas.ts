import { EVOLUTION_EVENTS } from '../evolution/wire.ts';
import type { Schema } from './validate.ts';

export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const number: Schema = { type: 'string', description: 'Invalid format' };

export const object = (properties: Record<string, Schema>, ...required: string[]): Schema => ({
  type: 'object',
  properties,
  required,
});

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
