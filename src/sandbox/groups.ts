import { toJid } from './jid.ts';
import type { Group, Json, Live } from './types.ts';
import { rowOf, secondsNow, touch, type World } from './world.ts';

export type ParticipantAction = 'add' | 'remove' | 'promote' | 'demote';

/** The groups of the phone number behind an instance. */
export function groupsOf(world: World, live: Live): Group[] {
  return rowOf(world, live)?.groups ?? [];
}

export function groupOf(world: World, live: Live, groupJid: string): Group | undefined {
  return groupsOf(world, live).find((group) => group.id === groupJid);
}

/** A new group of this number and those it invited. */
export function foundGroup(world: World, live: Live, subject: string, members: string[]): Group {
  const owner = live.wuid ?? '';
  const group: Group = {
    id: `1203630${String(Math.floor(world.identifiers.random() * 1e11)).padStart(11, '0')}@g.us`,
    subject,
    subjectOwner: owner,
    subjectTime: secondsNow(world),
    creation: secondsNow(world),
    owner,
    restrict: false,
    announce: false,
    isCommunity: false,
    isCommunityAnnounce: false,
    participants: [
      { id: owner, admin: 'superadmin' },
      ...members.filter((id) => id !== owner).map((id) => ({ id, admin: null })),
    ],
    inviteCode: inviteCode(world),
    ephemeralDuration: 0,
  };
  keep(world, live, [...groupsOf(world, live), group]);
  return group;
}

export function changeGroup(world: World, live: Live, groupJid: string, patch: Partial<Group>): void {
  keep(
    world,
    live,
    groupsOf(world, live).map((group) => (group.id === groupJid ? { ...group, ...patch } : group)),
  );
}

export function leaveGroup(world: World, live: Live, groupJid: string): void {
  keep(
    world,
    live,
    groupsOf(world, live).filter((group) => group.id !== groupJid),
  );
}

/** @returns what WhatsApp says of each: 200, 409 for who is a member already, 404 for who is none. */
export function changeParticipants(
  world: World,
  live: Live,
  group: Group,
  numbers: string[],
  action: ParticipantAction,
): Json[] {
  const asked = numbers.map(toJid);
  const isMember = (id: string) => group.participants.some((participant) => participant.id === id);
  const statusOf = (id: string) => (action === 'add' ? (isMember(id) ? '409' : '200') : isMember(id) ? '200' : '404');
  const changed = asked.filter((id) => statusOf(id) === '200');
  const admin = action === 'promote' ? ('admin' as const) : null;
  const participants = {
    add: () => [...group.participants, ...changed.map((id) => ({ id, admin: null }))],
    remove: () => group.participants.filter(({ id }) => !changed.includes(id)),
    promote: () => group.participants.map((each) => (changed.includes(each.id) ? { ...each, admin } : each)),
    demote: () => group.participants.map((each) => (changed.includes(each.id) ? { ...each, admin } : each)),
  }[action]();
  changeGroup(world, live, group.id, { participants });
  if (changed.length > 0) {
    const participantsData = changed.map((jid) => ({ jid, phoneNumber: jid.split('@')[0] }));
    const data = { id: group.id, author: live.wuid, participants: changed, action, participantsData };
    void world.emit(live, 'group-participants.update', data);
  }
  return asked.map((jid) => ({ status: statusOf(jid), jid, content: { tag: 'participant', attrs: { jid } } }));
}

/** What WhatsApp says of a group. */
export function metadataOf(group: Group): Json {
  const { inviteCode: _inviteCode, ephemeralDuration, ...metadata } = group;
  return {
    ...metadata,
    addressingMode: 'pn',
    size: group.participants.length,
    joinApprovalMode: false,
    memberAddMode: false,
    ...(ephemeralDuration > 0 ? { ephemeralDuration } : {}),
  };
}

/** What the server makes of it. */
export function shownGroup(group: Group, withParticipants: boolean): Json {
  const { inviteCode: _inviteCode, ephemeralDuration: _ephemeral, participants, ...columns } = group;
  return {
    ...columns,
    pictureUrl: null,
    size: participants.length,
    ...(withParticipants ? { participants } : {}),
  };
}

export function inviteCode(world: World): string {
  const letters = world.identifiers
    .bytes(32)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '');
  return letters.slice(0, 22).padEnd(22, 'A');
}

function keep(world: World, live: Live, groups: Group[]): void {
  const row = rowOf(world, live);
  if (row) touch(world, row, { groups });
}
