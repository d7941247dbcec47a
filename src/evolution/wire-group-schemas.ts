import { flag, object, text } from './wire-bodies.ts';
import type { WireSchema } from './wire-check.ts';

const numbers = (name: string): WireSchema => ({
  type: 'array',
  minItems: 1,
  uniqueItems: true,
  items: {
    type: 'string',
    minLength: 10,
    pattern: '\\d+',
    description: `"${name}" must be an array of numeric strings`,
  },
});
const byCode = object({ inviteCode: { type: 'string', pattern: '^[a-zA-Z0-9]{22}$' } }, 'inviteCode');

/** Schemas of the group routes by the last part of their path; `byJid` is that of all others. */
export const groupSchemas: Record<string, WireSchema> = {
  byJid: object({ groupJid: { type: 'string', pattern: '^[\\d-]+@g.us$' } }, 'groupJid'),
  create: {
    ...object(
      {
        subject: text,
        description: text,
        profilePicture: text,
        promoteParticipants: flag,
        participants: numbers('participants'),
      },
      'subject',
      'participants',
    ),
    notEmpty: ['subject', 'description', 'profilePicture'],
  },
  fetchAllGroups: object({ getParticipants: { type: 'string', enum: ['true', 'false'] } }, 'getParticipants'),
  inviteInfo: byCode,
  acceptInviteCode: byCode,
  sendInvite: {
    ...object({ groupJid: text, description: text, numbers: numbers('numbers') }, 'groupJid', 'description', 'numbers'),
    notEmpty: ['groupJid', 'description', 'numbers'],
  },
  updateParticipant: object(
    {
      groupJid: text,
      action: { type: 'string', enum: ['add', 'remove', 'promote', 'demote'] },
      participants: numbers('participants'),
    },
    'groupJid',
    'action',
    'participants',
  ),
  updateGroupSubject: object({ groupJid: text, subject: text }, 'groupJid', 'subject'),
  updateGroupDescription: object({ groupJid: text, description: text }, 'groupJid', 'description'),
  updateGroupPicture: object({ groupJid: text, image: text }, 'groupJid', 'image'),
  updateSetting: object(
    {
      groupJid: text,
      action: { type: 'string', enum: ['announcement', 'not_announcement', 'locked', 'unlocked'] },
    },
    'groupJid',
    'action',
  ),
  toggleEphemeral: object(
    { groupJid: text, expiration: { type: 'number', enum: [0, 86_400, 604_800, 7_776_000] } },
    'groupJid',
    'expiration',
  ),
};
