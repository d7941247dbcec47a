import { EvolutionError } from './errors.ts';
import { bareJid } from './jid.ts';
import { booleanAt, type Json, numberAt } from './json-reading.ts';
import { secondsOf } from './message-content.ts';
import { jidAt, pictureAt, textAt } from './read-rows.ts';
import type { Ask, Named } from './reading-call.ts';
import { Done, InviteCodeAnswer, ParticipantsAnswer, Rows, UpdatedParticipants } from './wire-reads.ts';

export type Group = {
  jid: string;
  subject: string;
  description: string | null;
  ownerJid: string | null;
  /** Seconds since 1970. */
  createdAt: number | null;
  size: number | null;
  /** Only admins write. */
  isAnnouncement: boolean;
  /** Only admins change subject, description and picture. */
  isLocked: boolean;
  isCommunity: boolean;
  pictureUrl: string | null;
};

export type Participant = { jid: string; role: 'member' | 'admin' | 'owner' };
export type ParticipantAction = 'add' | 'remove' | 'promote' | 'demote';
/** What WhatsApp says of one participant, in its own numbers: 200 is done. */
export type ParticipantChange = { jid: string; code: string };
export type GroupSetting = 'announcement' | 'not_announcement' | 'locked' | 'unlocked';
/** Seconds after which messages disappear; 0 lets them stay. */
export type EphemeralSeconds = 0 | 86_400 | 604_800 | 7_776_000;

type OfGroup = Named & { groupJid: string };

/**
 * Groups of an instance that has a phone; WHATSAPP-BAILEYS alone has any. All reject with `EvolutionError`; a change may
 * have been made all the same after `timeout` and `connection_lost`.
 */
export function callGroups(ask: Ask) {
  const get = ({ groupJid, ...named }: OfGroup, action: string) =>
    ({ ...named, method: 'GET', path: `/group/${action}`, query: { groupJid } }) as const;
  const post = ({ groupJid, ...named }: OfGroup, action: string, body: object = {}) =>
    ({ ...named, method: 'POST', path: `/group/${action}`, body: { groupJid, ...body } }) as const;

  return {
    async fetchAllGroups(named: Named): Promise<Group[]> {
      const rows = await ask(Rows, {
        ...named,
        method: 'GET',
        path: '/group/fetchAllGroups',
        query: { getParticipants: 'false' },
      });
      return rows.flatMap(groupOf);
    },

    async findGroup(input: OfGroup): Promise<Group & { participants: Participant[] }> {
      return wholeGroup(await ask(Done, get(input, 'findGroupInfos')));
    },

    async groupParticipants(input: OfGroup): Promise<Participant[]> {
      return (await ask(ParticipantsAnswer, get(input, 'participants'))).participants.flatMap(participantOf);
    },

    async inviteCode(input: OfGroup): Promise<string> {
      return (await ask(InviteCodeAnswer, get(input, 'inviteCode'))).inviteCode;
    },

    async revokeInviteCode(input: OfGroup): Promise<string> {
      return (await ask(InviteCodeAnswer, post(input, 'revokeInviteCode'))).inviteCode;
    },

    /** Who has no WhatsApp is left out without a word. */
    async createGroup(
      input: Named & { subject: string; description?: string; participants: readonly string[] },
    ): Promise<Group & { participants: Participant[] }> {
      const { subject, description, participants, ...named } = input;
      const body = { subject, participants, ...(description === undefined ? {} : { description }) };
      return wholeGroup(await ask(Done, { ...named, method: 'POST', path: '/group/create', body }));
    },

    async updateGroupSubject(input: OfGroup & { subject: string }): Promise<void> {
      const { subject, ...group } = input;
      await ask(Done, post(group, 'updateGroupSubject', { subject }));
    },

    async updateGroupDescription(input: OfGroup & { description: string }): Promise<void> {
      const { description, ...group } = input;
      await ask(Done, post(group, 'updateGroupDescription', { description }));
    },

    async updateParticipants(
      input: OfGroup & { action: ParticipantAction; participants: readonly string[] },
    ): Promise<ParticipantChange[]> {
      const { action, participants, ...group } = input;
      const answer = await ask(UpdatedParticipants, post(group, 'updateParticipant', { action, participants }));
      return answer.updateParticipants.flatMap((row) => {
        const jid = jidAt(row, 'jid');
        return jid === undefined ? [] : [{ jid: bareJid(jid), code: String(row.status).slice(0, 10) }];
      });
    },

    async updateGroupSetting(input: OfGroup & { setting: GroupSetting }): Promise<void> {
      const { setting, ...group } = input;
      await ask(Done, post(group, 'updateSetting', { action: setting }));
    },

    async toggleEphemeral(input: OfGroup & { seconds: EphemeralSeconds }): Promise<void> {
      const { seconds, ...group } = input;
      await ask(Done, post(group, 'toggleEphemeral', { expiration: seconds }));
    },

    async leaveGroup({ groupJid, ...named }: OfGroup): Promise<void> {
      await ask(Done, { ...named, method: 'DELETE', path: '/group/leaveGroup', query: { groupJid } });
    },
  };
}

function wholeGroup(row: Json): Group & { participants: Participant[] } {
  const [group] = groupOf(row);
  if (group === undefined) throw new EvolutionError('unreadable', 'not a group', 200);
  const participants = Array.isArray(row.participants) ? row.participants.flatMap(participantOf) : [];
  return { ...group, participants };
}

function groupOf(row: Json): Group[] {
  const jid = jidAt(row, 'id');
  if (jid === undefined || !jid.endsWith('@g.us')) return [];
  return [
    {
      jid,
      subject: textAt(row, 'subject') ?? '',
      description: textAt(row, 'desc'),
      ownerJid: jidAt(row, 'owner') ?? null,
      createdAt: secondsOf(row.creation),
      size: numberAt(row, 'size') ?? null,
      isAnnouncement: booleanAt(row, 'announce') ?? false,
      isLocked: booleanAt(row, 'restrict') ?? false,
      isCommunity: booleanAt(row, 'isCommunity') ?? false,
      pictureUrl: pictureAt(row, 'pictureUrl'),
    },
  ];
}

function participantOf(row: Json): Participant[] {
  const jid = typeof row === 'object' && row !== null ? jidAt(row, 'id') : undefined;
  if (jid === undefined) return [];
  const { admin } = row;
  return [{ jid: bareJid(jid), role: admin === 'superadmin' ? 'owner' : admin === 'admin' ? 'admin' : 'member' }];
}
