/**
 * What a value must be to go along: anything else is left out, as is all that is not named. `text` has at most 4,096
 * characters, `long` 65,536, and `medium` is base64 of up to 16 MiB. A list has at most 1,000 entries.
 */
export type Field = 'text' | 'long' | 'medium' | 'flag' | 'number' | 'scalar' | Fields | readonly [Field];
export type Fields = { readonly [name: string]: Field };

/** One call that may be passed on to a server as somebody else asked for it. */
export type ForwardOperation = {
  method: 'GET' | 'POST' | 'DELETE';
  /** Without the instance's name, which comes last. */
  path: `/${'chat' | 'group' | 'label' | 'instance'}/${string}`;
  /** The only names that ever stand in a query: the server would let others override the instance. */
  query?: Readonly<Record<string, 'text'>>;
  /** Of the body; none is sent where there are none. */
  body?: Fields;
  /** Whether it changes something on WhatsApp; it reads unless said. */
  changes?: true;
  /** Milliseconds; 15 s unless said. */
  withinMs?: number;
  /** Bytes of the answer; 8 MiB unless said. */
  answerBytesMax?: number;
  /** What a good answer is; an object unless said. */
  answers?: 'list' | 'object or nothing';
};

const MIB = 1024 * 1024;

const key: Fields = { id: 'text', remoteJid: 'text', fromMe: 'flag', participant: 'text' };
const lastMessage: Fields = { key, messageTimestamp: 'number' };
const period: Fields = { gte: 'scalar', lte: 'scalar' };
const paging: Fields = { page: 'number', offset: 'number' };
const ofGroup = { groupJid: 'text' } as const;
const list = { answers: 'list' } as const;
const long = { answerBytesMax: 32 * MIB, withinMs: 20_000 } as const;

/**
 * The table of what is passed on. A picture stands here as bytes alone: an address would be loaded by the server itself.
 * No medium either is named by its content: the server looks it up by the key of its message.
 */
export const forwardOperations = {
  whatsappNumbers: post('chat/whatsappNumbers', { numbers: ['text'] }, list),
  markMessageAsRead: post('chat/markMessageAsRead', { readMessages: [key] }, { changes: true }),
  archiveChat: post('chat/archiveChat', { chat: 'text', lastMessage, archive: 'flag' }, { changes: true }),
  markChatUnread: post('chat/markChatUnread', { chat: 'text', lastMessage }, { changes: true }),
  deleteMessageForEveryone: {
    method: 'DELETE',
    path: '/chat/deleteMessageForEveryone',
    body: key,
    changes: true,
  },
  updateMessage: post('chat/updateMessage', { number: 'text', text: 'long', key }, { changes: true }),
  findContacts: post(
    'chat/findContacts',
    { where: { id: 'text', remoteJid: 'text', pushName: 'text' }, ...paging },
    { ...long, ...list },
  ),
  findMessages: post(
    'chat/findMessages',
    {
      where: { id: 'text', key, source: 'text', messageType: 'text', messageTimestamp: period },
      ...paging,
    },
    long,
  ),
  findStatusMessage: post(
    'chat/findStatusMessage',
    { where: { id: 'text', remoteJid: 'text', fromMe: 'flag', participant: 'text', status: 'text' }, ...paging },
    { ...long, ...list },
  ),
  findChats: post(
    'chat/findChats',
    {
      where: { id: 'text', remoteJid: 'text', pushName: 'text', messageTimestamp: period },
      take: 'number',
      skip: 'number',
      ...paging,
    },
    { ...long, ...list },
  ),
  findChatByRemoteJid: get('chat/findChatByRemoteJid', { remoteJid: 'text' }, { answers: 'object or nothing' }),
  fetchProfilePictureUrl: post('chat/fetchProfilePictureUrl', { number: 'text' }),
  fetchBusinessProfile: post('chat/fetchBusinessProfile', { number: 'text' }),
  fetchProfile: post('chat/fetchProfile', { number: 'text' }),
  getBase64FromMediaMessage: post(
    'chat/getBase64FromMediaMessage',
    { message: { key }, convertToMp4: 'flag' },
    { withinMs: 30_000, answerBytesMax: 22 * MIB },
  ),
  updateBlockStatus: post('chat/updateBlockStatus', { number: 'text', status: 'text' }, { changes: true }),
  updateProfileName: post('chat/updateProfileName', { name: 'text' }, { changes: true }),
  updateProfileStatus: post('chat/updateProfileStatus', { status: 'text' }, { changes: true }),
  updateProfilePicture: post('chat/updateProfilePicture', { picture: 'medium' }, { changes: true, withinMs: 30_000 }),
  removeProfilePicture: { method: 'DELETE', path: '/chat/removeProfilePicture', changes: true },
  fetchPrivacySettings: get('chat/fetchPrivacySettings'),
  updatePrivacySettings: post(
    'chat/updatePrivacySettings',
    { readreceipts: 'text', profile: 'text', status: 'text', online: 'text', last: 'text', groupadd: 'text' },
    { changes: true },
  ),

  createGroup: post(
    'group/create',
    {
      subject: 'text',
      description: 'text',
      participants: ['text'],
      promoteParticipants: 'flag',
      profilePicture: 'medium',
    },
    { changes: true, withinMs: 30_000 },
  ),
  updateGroupSubject: post('group/updateGroupSubject', { ...ofGroup, subject: 'text' }, { changes: true }),
  updateGroupPicture: post(
    'group/updateGroupPicture',
    { ...ofGroup, image: 'medium' },
    { changes: true, withinMs: 30_000 },
  ),
  updateGroupDescription: post('group/updateGroupDescription', { ...ofGroup, description: 'text' }, { changes: true }),
  findGroupInfos: get('group/findGroupInfos', ofGroup),
  fetchAllGroups: get('group/fetchAllGroups', { getParticipants: 'text' }, { ...long, ...list }),
  participants: get('group/participants', ofGroup),
  inviteCode: get('group/inviteCode', ofGroup),
  inviteInfo: get('group/inviteInfo', { inviteCode: 'text' }),
  acceptInviteCode: get('group/acceptInviteCode', { inviteCode: 'text' }, { changes: true }),
  revokeInviteCode: post('group/revokeInviteCode', ofGroup, { changes: true }),
  updateParticipant: post(
    'group/updateParticipant',
    { ...ofGroup, action: 'text', participants: ['text'] },
    { changes: true },
  ),
  updateSetting: post('group/updateSetting', { ...ofGroup, action: 'text' }, { changes: true }),
  toggleEphemeral: post('group/toggleEphemeral', { ...ofGroup, expiration: 'number' }, { changes: true }),
  leaveGroup: { method: 'DELETE', path: '/group/leaveGroup', query: ofGroup, changes: true },

  findLabels: get('label/findLabels', undefined, list),
  setPresence: post('instance/setPresence', { presence: 'text' }, { changes: true }),
} as const satisfies Record<string, ForwardOperation>;

export type ForwardName = keyof typeof forwardOperations;

type Path = ForwardOperation['path'] extends `/${infer Rest}` ? Rest : never;
type More = Pick<ForwardOperation, 'changes' | 'withinMs' | 'answerBytesMax' | 'answers'>;

function get(path: Path, query?: ForwardOperation['query'], more: More = {}): ForwardOperation {
  return {
    method: 'GET',
    path: `/${path}` as ForwardOperation['path'],
    ...(query === undefined ? {} : { query }),
    ...more,
  };
}

function post(path: Path, body: Fields, more: More = {}): ForwardOperation {
  return { method: 'POST', path: `/${path}` as ForwardOperation['path'], body, ...more };
}
