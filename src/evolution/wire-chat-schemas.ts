import { flag, number, object, text } from './wire-bodies.ts';
import type { WireSchema } from './wire-check.ts';
import { privacyChoices } from './wire-reads.ts';

const keyFields = { id: text, remoteJid: text, fromMe: flag };
const key: WireSchema = {
  ...object(keyFields, 'id', 'fromMe', 'remoteJid'),
  notEmpty: ['id', 'remoteJid'],
};
const lastMessage = object({ key, messageTimestamp: { type: 'integer' } }, 'key');
const named: WireSchema = { type: 'string', minLength: 1 };
const picture = object({ number: text, picture: text });
const statuses = ['ERROR', 'PENDING', 'SERVER_ACK', 'DELIVERY_ACK', 'READ', 'PLAYED'];

/** Schemas of the chat routes by the last part of their path. */
export const chatSchemas: Record<string, WireSchema> = {
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
  archiveChat: object({ chat: text, lastMessage, archive: flag }, 'archive'),
  markChatUnread: object({ chat: text, lastMessage }, 'lastMessage'),
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
  fetchProfilePictureUrl: picture,
  fetchBusinessProfile: picture,
  updateProfilePicture: picture,
  removeProfilePicture: picture,
  findChatByRemoteJid: picture,
  fetchProfile: object({ wuid: text, name: text, picture: text, status: text, isBusiness: flag }),
  updateProfileName: { ...object({ name: text }), notEmpty: ['name'] },
  updateProfileStatus: { ...object({ status: text }), notEmpty: ['status'] },
  updateBlockStatus: {
    ...object({ number: text, status: { type: 'string', enum: ['block', 'unblock'] } }, 'number', 'status'),
    notEmpty: ['number', 'status'],
  },
  updatePrivacySettings: {
    ...object(
      Object.fromEntries(Object.entries(privacyChoices).map(([name, choices]) => [name, { ...text, enum: choices }])),
      ...Object.keys(privacyChoices),
    ),
    notEmpty: Object.keys(privacyChoices),
  },
  setPresence: object(
    { presence: { type: 'string', enum: ['unavailable', 'available', 'composing', 'recording', 'paused'] } },
    'presence',
  ),
};
