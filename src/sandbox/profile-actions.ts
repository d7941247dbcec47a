import { isBase64, isUrl, privacyChoices } from '../evolution/wire.ts';
import type { ChatDeed } from './chat-actions.ts';
import { badRequest, crashed, WireError } from './errors.ts';
import { toJid } from './jid.ts';

import type { Live, Row } from './types.ts';
import { asJson, asText, rowOf, touch, type World } from './world.ts';

/** What is done to a chat, and to what others see of the number. The words follow the server's source. */

const closed = 'Error: Connection Closed';
const done = { update: 'success' };

export const archiveChat: ChatDeed = (_world, live, { body }) => {
  const told = { archived: false, message: ['An error occurred while archiving the chat. Open a calling.', closed] };
  if (live.state !== 'open') throw new WireError(500, told);
  return { status: 201, body: { chatId: chatIn(body), archived: true } };
};

export const markUnread: ChatDeed = (_world, live, { body }) => {
  const told = {
    markedChatUnread: false,
    message: ['An error occurred while marked unread the chat. Open a calling.', closed],
  };
  if (live.state !== 'open') throw new WireError(500, told);
  return { status: 201, body: { chatId: chatIn(body), markedChatUnread: true } };
};

function chatIn(body: Record<string, unknown>): string | undefined {
  return asText(body.chat) ?? asText(asJson(asJson(body.lastMessage).key).remoteJid);
}

export const updateBlockStatus: ChatDeed = (_world, live) => {
  if (live.state !== 'open') throw crashed('Connection Closed');
  return { status: 201, body: { block: 'success' } };
};

export const fetchBusinessProfile: ChatDeed = (_world, live, { body }) => {
  if (live.state !== 'open') throw new WireError(500, ['Error updating profile name', closed]);
  const wuid = body.number === undefined ? live.wuid : toJid(asText(body.number) ?? '');
  return { status: 200, body: { isBusiness: false, message: 'Not is business profile', wuid } };
};

export const updateProfileName = changes('Error updating profile name', (body) => ({
  profileName: asText(body.name) ?? null,
}));

export const updateProfileStatus = changes('Error updating profile status', () => ({}));

export const updateProfilePicture = changes('Error updating profile picture', ({ picture }) => {
  const given = asText(picture) ?? '';
  if (!isUrl(given) && !isBase64(given)) throw badRequest('"profilePicture" must be a url or a base64');
  return { profilePicUrl: 'https://pps.whatsapp.net/v/sandbox/own.jpg' };
});

export const removeProfilePicture = changes('Error removing profile picture', () => ({ profilePicUrl: null }));

export const fetchPrivacy: ChatDeed = (world, live) => {
  if (live.state !== 'open') throw new WireError(500, ['Error fetching privacy settings', closed]);
  return { status: 200, body: privacyOf(world, live) };
};

export const updatePrivacy: ChatDeed = (world, live, { body }) => {
  if (live.state !== 'open') throw new WireError(500, ['Error updating privacy settings', closed]);
  const row = rowOf(world, live);
  const privacy = Object.fromEntries(Object.keys(privacyChoices).map((name) => [name, String(body[name])]));
  if (row) touch(world, row, { privacy });
  return { status: 201, body: { update: 'success', data: privacy } };
};

function privacyOf(world: World, live: Live): Record<string, string> {
  return rowOf(world, live)?.privacy ?? Object.fromEntries(Object.keys(privacyChoices).map((name) => [name, 'all']));
}

export const findLabels: ChatDeed = () => ({ status: 200, body: [] });

function changes(failure: string, patch: (body: Record<string, unknown>) => Partial<Row>): ChatDeed {
  return (world, live, { body }) => {
    if (live.state !== 'open') throw new WireError(500, [failure, closed]);
    const row = rowOf(world, live);
    if (row) touch(world, row, patch(body));
    return { status: 200, body: done };
  };
}
