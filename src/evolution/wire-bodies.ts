import type { WireSchema } from './wire-check.ts';
import { EVOLUTION_EVENTS } from './wire-words.ts';

/** How a server checks the bodies of creates, webhooks and settings. */

export const text: WireSchema = { type: 'string' };
export const flag: WireSchema = { type: 'boolean' };
export const number: WireSchema = { type: 'string', description: 'Invalid format' };

export const object = (properties: Record<string, WireSchema>, ...required: string[]): WireSchema => ({
  type: 'object',
  properties,
  required,
});

const settings: Record<string, WireSchema> = {
  rejectCall: flag,
  msgCall: text,
  groupsIgnore: flag,
  alwaysOnline: flag,
  readMessages: flag,
  readStatus: flag,
  syncFullHistory: flag,
  wavoipToken: text,
};

export const settingsSchema: WireSchema = {
  type: 'object',
  properties: settings,
  required: ['rejectCall', 'groupsIgnore', 'alwaysOnline', 'readMessages', 'readStatus', 'syncFullHistory'],
};

/** The integration is not checked here: the server's schema misspells its name, so the create itself refuses it. */
export const createSchema: WireSchema = {
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

export const webhookSchema: WireSchema = {
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
