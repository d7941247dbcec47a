import type { EvolutionClient } from '../../src/evolution/client.ts';
import { BOTS } from '../../src/evolution/wire-fleet.ts';

/** The instance that every call is about. */
export const INSTANCE = 'evo-a';

/** One call of the client, and an answer that a server in its senses would give to it. */
export type Call = { name: string; make(client: EvolutionClient): Promise<unknown>; status: number; answer: unknown };

const named = { instance: INSTANCE, deadlineMs: 20_000 };
const group = { ...named, groupJid: '120363000000000001@g.us' };
const ref = { remoteJid: '5511988887777@s.whatsapp.net', fromMe: true, id: '3EB0' };
const span = { since: new Date(0), until: new Date(4e12) };
const privacy = {
  readreceipts: 'all',
  profile: 'all',
  status: 'all',
  online: 'all',
  last: 'all',
  groupadd: 'all',
};
const settings = {
  rejectCall: false,
  groupsIgnore: false,
  alwaysOnline: false,
  readMessages: false,
  readStatus: false,
  syncFullHistory: false,
};
const webhook = {
  id: 'c1',
  url: 'http://127.0.0.1/hook',
  headers: { authorization: 'Bearer 1' },
  enabled: true,
  events: ['MESSAGES_UPSERT'],
  webhookByEvents: false,
  webhookBase64: false,
  instanceId: 'i1',
};
const row = {
  id: 'i1',
  name: INSTANCE,
  connectionStatus: 'open',
  createdAt: '2026-11-20T11:48:12.724Z',
  Chatwoot: null,
};
const state = { instance: { instanceName: INSTANCE, state: 'open' } };
const accepted = { status: 'SUCCESS', error: false, response: { message: 'done' } };
const message = {
  id: 'r1',
  key: ref,
  messageType: 'conversation',
  message: { conversation: 'x' },
  messageTimestamp: 1,
};
const found = { messages: { total: 1, pages: 1, currentPage: 1, records: [message] } };
const aGroup = { id: group.groupJid, subject: 's', participants: [{ id: ref.remoteJid, admin: 'admin' }] };
const metrics = `evolution_instances_total 1\nevolution_instance_state{instance="${INSTANCE}",integration="x",state="open"} 1\n`;

/** Each call by the name under which the client has it; `reads.` and `fleet.` are its rooms. */
export const everyCall: Call[] = [
  call('send', 201, { key: { id: '3EB0', remoteJid: ref.remoteJid }, status: 'PENDING' }, (client) =>
    client.send({ ...named, number: '5511988887777', content: { kind: 'text', text: 'x' } }),
  ),
  call(
    'createInstance',
    201,
    {
      instance: { instanceName: INSTANCE, instanceId: 'i1', status: 'open' },
      hash: 't',
      webhook: {},
      qrcode: { count: 0 },
    },
    (client) => client.createInstance({ instanceName: INSTANCE, integration: 'EVOLUTION' }),
  ),
  call('connect', 200, { pairingCode: null, code: '2@x', base64: 'data:', count: 1 }, (client) =>
    client.connect(INSTANCE),
  ),
  call('restart', 200, state, (client) => client.restart(INSTANCE)),
  call('connectionState', 200, state, (client) => client.connectionState(INSTANCE)),
  call('fetchInstance', 200, [row], (client) => client.fetchInstance(INSTANCE)),
  call('listInstances', 200, [row], (client) => client.listInstances()),
  call('logout', 200, accepted, (client) => client.logout(INSTANCE)),
  call('deleteInstance', 200, accepted, (client) => client.deleteInstance(INSTANCE)),
  call('setWebhook', 201, webhook, (client) =>
    client.setWebhook(INSTANCE, { url: 'http://127.0.0.1/hook', events: [] }),
  ),
  call('findWebhook', 200, webhook, (client) => client.findWebhook(INSTANCE)),
  call('setSettings', 201, { settings: { instanceName: INSTANCE, settings } }, (client) =>
    client.setSettings(INSTANCE, settings),
  ),
  call('verifyCredentials', 200, { status: 200, message: 'Credentials are valid' }, (client) =>
    client.verifyCredentials(),
  ),
  call('version', 200, { status: 200, message: 'Welcome', version: '2.3.6' }, (client) => client.version()),
  call('probe', 200, state, (client) => client.probe()),
  call('deleteForEveryone', 201, { key: ref }, (client) => client.deleteForEveryone({ ...named, ref })),
  call('updateText', 200, { key: ref }, (client) => client.updateText({ ...named, number: '551', ref, text: 'y' })),
  call('markRead', 201, { message: 'Read', read: 'success' }, (client) => client.markRead({ ...named, refs: [ref] })),
  call('presence', 201, { presence: 'composing' }, (client) =>
    client.presence({ ...named, number: '551', state: 'composing', delayMs: 1 }),
  ),
  call('checkNumbers', 200, [{ jid: ref.remoteJid, exists: true, number: '551' }], (client) =>
    client.checkNumbers({ ...named, numbers: ['551'] }),
  ),
  call('findMessages', 200, found, (client) =>
    client.findMessages({ instance: INSTANCE, ...span, page: 1, pageSize: 9 }),
  ),
  call(
    'findStatusMessage',
    200,
    [{ keyId: '3EB0', status: 'READ', remoteJid: ref.remoteJid, fromMe: true }],
    (client) => client.findStatusMessage({ instance: INSTANCE, waId: '3EB0' }),
  ),
  call('reads.findChats', 200, [{ remoteJid: ref.remoteJid, lastMessage: message }], ({ reads }) =>
    reads.findChats({ ...named, until: span.until, skip: 0, take: 9 }),
  ),
  call('reads.findContacts', 200, [{ remoteJid: ref.remoteJid }], ({ reads }) =>
    reads.findContacts({ ...named, page: 1, pageSize: 9 }),
  ),
  call('reads.findChatMessages', 200, found, ({ reads }) =>
    reads.findChatMessages({ ...named, remoteJid: ref.remoteJid, until: span.until, page: 1, pageSize: 9 }),
  ),
  call('reads.loadMedia', 201, { base64: 'aGk=', mimetype: 'image/png' }, ({ reads }) =>
    reads.loadMedia({ ...named, waId: '3EB0' }),
  ),
  call('reads.fetchAllGroups', 200, [aGroup], ({ reads }) => reads.fetchAllGroups(named)),
  call('reads.findGroup', 200, aGroup, ({ reads }) => reads.findGroup(group)),
  call('reads.groupParticipants', 200, aGroup, ({ reads }) => reads.groupParticipants(group)),
  call('reads.inviteCode', 200, { inviteCode: 'abc' }, ({ reads }) => reads.inviteCode(group)),
  call('reads.revokeInviteCode', 201, { inviteCode: 'abc' }, ({ reads }) => reads.revokeInviteCode(group)),
  call('reads.createGroup', 201, aGroup, ({ reads }) =>
    reads.createGroup({ ...named, subject: 's', participants: ['551'] }),
  ),
  call('reads.updateGroupSubject', 201, { update: 'success' }, ({ reads }) =>
    reads.updateGroupSubject({ ...group, subject: 's' }),
  ),
  call('reads.updateGroupDescription', 201, { update: 'success' }, ({ reads }) =>
    reads.updateGroupDescription({ ...group, description: 's' }),
  ),
  call('reads.updateParticipants', 201, { updateParticipants: [{ jid: ref.remoteJid, status: '200' }] }, ({ reads }) =>
    reads.updateParticipants({ ...group, action: 'add', participants: ['551'] }),
  ),
  call('reads.updateGroupSetting', 201, { update: 'success' }, ({ reads }) =>
    reads.updateGroupSetting({ ...group, setting: 'locked' }),
  ),
  call('reads.toggleEphemeral', 201, { success: true }, ({ reads }) => reads.toggleEphemeral({ ...group, seconds: 0 })),
  call('reads.leaveGroup', 200, { leave: true }, ({ reads }) => reads.leaveGroup(group)),
  call('reads.fetchProfile', 200, { wuid: ref.remoteJid, name: 'n' }, ({ reads }) => reads.fetchProfile(named)),
  call('reads.fetchProfilePicture', 200, { wuid: ref.remoteJid, profilePictureUrl: null }, ({ reads }) =>
    reads.fetchProfilePicture({ ...named, number: '551' }),
  ),
  call('reads.updateProfileName', 200, { update: 'success' }, ({ reads }) =>
    reads.updateProfileName({ ...named, name: 'n' }),
  ),
  call('reads.updateProfileStatus', 200, { update: 'success' }, ({ reads }) =>
    reads.updateProfileStatus({ ...named, status: 's' }),
  ),
  call('reads.updateProfilePicture', 200, { update: 'success' }, ({ reads }) =>
    reads.updateProfilePicture({ ...named, base64: 'aGk=' }),
  ),
  call('reads.removeProfilePicture', 200, { update: 'success' }, ({ reads }) => reads.removeProfilePicture(named)),
  call('reads.fetchPrivacy', 200, privacy, ({ reads }) => reads.fetchPrivacy(named)),
  call('reads.updatePrivacy', 200, { update: 'success' }, ({ reads }) => reads.updatePrivacy({ ...named, privacy })),
  call('reads.forward', 200, { wuid: ref.remoteJid, name: 'n' }, ({ reads }) =>
    reads.forward({ ...named, operation: 'fetchProfile', body: {} }),
  ),
  call('fleet.state', 200, state, ({ fleet }) => fleet.state(INSTANCE)),
  call('fleet.allStates', 200, metrics, ({ fleet }) => fleet.allStates()),
  call('fleet.webhook', 200, webhook, ({ fleet }) => fleet.webhook(INSTANCE)),
  call('fleet.settings', 200, settings, ({ fleet }) => fleet.settings(INSTANCE)),
  call('fleet.attached', 200, [row], ({ fleet }) => fleet.attached(INSTANCE)),
  call('fleet.bots', 200, [{ enabled: true }], ({ fleet }) => fleet.bots(INSTANCE, BOTS[0])),
  call('fleet.latestMessageAt', 200, found, ({ fleet }) => fleet.latestMessageAt(INSTANCE)),
];

/** Every call that the client has, by name. */
export function namesOf(client: EvolutionClient): string[] {
  return Object.entries(client).flatMap(([name, value]) =>
    typeof value === 'function' ? [name] : Object.keys(value).map((inner) => `${name}.${inner}`),
  );
}

function call(name: string, status: number, answer: unknown, make: Call['make']): Call {
  return { name, make, status, answer };
}
