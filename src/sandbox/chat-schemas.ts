import { flag, number, object, text } from './schemas.ts';
import type { Schema } from './validate.ts';

const keyFields = { id: text, remoteJid: text, fromMe: flag };
const key: Schema = {
  ...object(keyFields, 'id', 'fromMe', 'remoteJid'),
  notEmpty: ['id', 'remoteJid'],
};
const named: Schema = { type: 'string', minLength: 1 };
const statuses = ['ERROR', 'PENDING', 'SERVER_ACK', 'DELIVERY_ACK', 'READ', 'PLAYED'];

/** Schemas of the chat routes by the last part of their path. */
export const chatSchemas: Record<string, Schema> = {
  whatsappNumbers: object({
    numbers: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { type: 'string', description: '"numbers" must be an array of numeric strings' },
    },
  }),
  markMessageAsRead: object(
    { readMessages: { type: 'array', minItems: 1, uniqueItems: true, items: { ...key, type: 'object' } } },
    'readMessages',
  ),
  archiveChat: object({ chat: text, lastMessage: object({ key }, 'key'), archive: flag }, 'archive'),
  deleteMessageForEveryone: {
    ...object({ ...keyFields, participant: text }, 'id', 'fromMe', 'remoteJid'),
    notEmpty: ['id', 'remoteJid', 'participant'],
  },
  updateMessage: { ...object({ number: text, text, key }), notEmpty: ['number', 'text', 'key'] },
  sendPresence: object(
    {
      number,
      delay: { type: 'number' },
      presence: { type: 'string', enum: ['unavailable', 'available', 'composing', 'recording', 'paused'] },
    },
    'number',
    'presence',
    'delay',
  ),
  findContacts: object({ where: object({ _id: named, pushName: named, id: named }) }),
  findChats: object({ where: object({ _id: named, pushName: named, id: named }) }),
  findMessages: object({
    where: object({
      _id: named,
      key: object({ ...keyFields, id: named, remoteJid: named }),
      message: { type: 'object' },
    }),
    limit: { type: 'integer' },
  }),
  findStatusMessage: object({
    where: object({ ...keyFields, _id: text, participant: text, status: { type: 'string', enum: statuses } }),
    limit: { type: 'integer' },
  }),
  fetchProfilePictureUrl: object({ number: text, picture: text }),
  setPresence: object(
    { presence: { type: 'string', enum: ['unavailable', 'available', 'composing', 'recording', 'paused'] } },
    'presence',
  ),
};
