import type { ChatDeed } from './chat-actions.ts';
import { lookedUp } from './chat-actions.ts';
import { chatOf, chatsOf, contactsOf } from './chats.ts';
import { badRequest } from './errors.ts';
import { toJid } from './jid.ts';
import type { StoredMessage } from './message-store.ts';
import type { Json } from './types.ts';
import { asJson, asText } from './world.ts';

/** `offset` is how many a page has; a key's `fromMe` counts only when true, times only with both ends. */
export const findMessages: ChatDeed = (world, live, { body }) => {
  const where = asJson(body.where);
  const wanted = asJson(where.key);
  const times = secondsBetween(where.messageTimestamp);
  const found = world.messages.of(live.id).filter(({ rowId, record }) => {
    const { key, messageTimestamp: at } = record;
    return (
      (!wanted.id || key.id === wanted.id) &&
      (!wanted.remoteJid || key.remoteJid === wanted.remoteJid) &&
      (!wanted.fromMe || key.fromMe) &&
      (!wanted.participant || live.integration !== 'WHATSAPP-BAILEYS' || key.participant === wanted.participant) &&
      (where.id === undefined || rowId === where.id) &&
      (where.source === undefined || record.source === where.source) &&
      (where.messageType === undefined || record.messageType === where.messageType) &&
      (times === undefined || (at >= times.from && at <= times.to))
    );
  });
  // Of one second the later row first: the server leaves their order open.
  found.reverse().sort((one, other) => other.record.messageTimestamp - one.record.messageTimestamp);
  const { page, size, shown } = paged(found, body);
  const records = shown.map((message) => shownMessage(message, live.integration === 'WHATSAPP-BAILEYS'));
  const counts = { total: found.length, pages: Math.ceil(found.length / size), currentPage: page };
  return { status: 200, body: { messages: { ...counts, records } } };
};

export const findStatusMessage: ChatDeed = (world, live, { body }) => {
  const where = asJson(body.where);
  const entries = world.messages.of(live.id).flatMap(({ rowId, record, statuses }) => {
    const { key } = record;
    if (where.id !== undefined && key.id !== where.id) return [];
    if (where.remoteJid !== undefined && key.remoteJid !== where.remoteJid) return [];
    const business = live.integration === 'WHATSAPP-BUSINESS';
    return statuses.map(({ id, status }) => ({
      id,
      keyId: key.id,
      remoteJid: key.remoteJid,
      fromMe: business ? false : key.fromMe,
      participant: business ? key.remoteJid : null,
      pollUpdates: null,
      status,
      messageId: rowId,
      instanceId: live.id,
    }));
  });
  return { status: 200, body: paged(entries, body).shown };
};

export const findContacts: ChatDeed = (world, live, { body }) => {
  const remoteJid = addressIn(body);
  const contacts = contactsOf(world, live).filter((each) => !remoteJid || each.remoteJid === remoteJid);
  return { status: 200, body: body.offset ? paged(contacts, body).shown : contacts };
};

export const findChats: ChatDeed = (world, live, { body }) => {
  const remoteJid = addressIn(body);
  const times = secondsBetween(asJson(body.where).messageTimestamp);
  const chats = chatsOf(
    world,
    live,
    ({ record }) => !times || (record.messageTimestamp >= times.from && record.messageTimestamp <= times.to),
  ).filter((chat) => !remoteJid || chat.remoteJid === remoteJid);
  const from = Number(body.skip ?? 0);
  return { status: 200, body: chats.slice(from, body.take ? from + Number(body.take) : undefined) };
};

export const findChatByRemoteJid: ChatDeed = (world, live, { query }) => {
  const remoteJid = asText(query.remoteJid);
  if (!remoteJid) return { status: 400, body: { error: 'remoteJid is a required query parameter' } };
  return { status: 200, body: chatOf(world, live, remoteJid) ?? null };
};

export const fetchProfilePictureUrl: ChatDeed = (_world, live, { body }) => {
  const wuid = toJid(asText(body.number) ?? '');
  const isShown = live.integration === 'WHATSAPP-BAILEYS' && live.state === 'open';
  const profilePictureUrl = isShown ? `https://pps.whatsapp.net/v/sandbox/${wuid.split('@')[0]}.jpg` : null;
  return { status: 200, body: { wuid, profilePictureUrl } };
};

export const fetchProfile: ChatDeed = (world, live, { body }) => {
  const number = asText(body.number);
  if (number === undefined) {
    const row = world.rows.get(live.name);
    const { profileName: name, profilePicUrl: picture, connectionStatus: status } = row ?? {};
    return { status: 200, body: { wuid: live.wuid, name, numberExists: true, picture, status, isBusiness: false } };
  }
  const found = lookedUp(world, live, number);
  if (!found.exists) throw badRequest(found);
  const { jid: wuid, name, exists: numberExists } = found;
  const picture = `https://pps.whatsapp.net/v/sandbox/${String(wuid).split('@')[0]}.jpg`;
  return { status: 200, body: { wuid, name, numberExists, picture, status: null, isBusiness: false } };
};

/** The medium of a message that the server can still load. */
export const getBase64: ChatDeed = (world, live, { body }) => {
  const given = asJson(body.message);
  if (live.integration === 'WHATSAPP-BUSINESS') return givenBack(given);
  const found = world.messages.find(live.id, String(asJson(given.key).id));
  if (!found) throw badRequest('Message not found');
  const { message, key } = found.record;
  const mediaType = mediaTypes.find((type) => message[type] !== undefined);
  if (mediaType === undefined) throw badRequest('The message is not of the media type');
  if (!found.media) throw badRequest('Error: Failed to fetch stream from https://mmg.whatsapp.net');
  const { mimetype, fileName, caption, fileLength, height, width } = asJson(message[mediaType]);
  const ending = String(mimetype).split(';')[0]?.split('/')[1];
  const content = {
    mediaType,
    fileName: fileName ?? `${key.id}.${ending}`,
    caption,
    size: { fileLength, height, width },
    mimetype,
    base64: found.media.toString('base64'),
    buffer: null,
  };
  return { status: 201, body: content };
};

/** The official channel only gives back what it is given. */
function givenBack(given: Json): { status: number; body: Json } {
  const mediaType = asText(given.messageType);
  if (mediaType === undefined) {
    throw badRequest("TypeError: Cannot read properties of undefined (reading 'includes')");
  }
  const message = asJson(given.message);
  const { fileName, caption, fileLength, width, mime_type } = asJson(message[mediaType]);
  const size = { fileLength, height: fileLength, width };
  return { status: 201, body: { mediaType, fileName, caption, size, mimetype: mime_type, base64: message.base64 } };
}

const mediaTypes = [
  'imageMessage',
  'documentMessage',
  'audioMessage',
  'videoMessage',
  'stickerMessage',
  'ptvMessage',
] as const;

function shownMessage({ rowId, record, statuses }: StoredMessage, named: boolean): Json {
  return {
    id: rowId,
    key: record.key,
    pushName: record.pushName ?? (named && record.key.fromMe ? 'Você' : null),
    messageType: record.messageType,
    message: record.message,
    messageTimestamp: record.messageTimestamp,
    instanceId: record.instanceId,
    source: record.source,
    contextInfo: record.contextInfo ?? null,
    MessageUpdate: statuses.map(({ status }) => ({ status })),
  };
}

function paged<T>(all: T[], body: Json): { page: number; size: number; shown: T[] } {
  const size = Number(body.offset) || 50;
  const page = Number(body.page) || 1;
  return { page, size, shown: all.slice(size * (page - 1), size * page) };
}

function addressIn(body: Json): string | undefined {
  const given = asText(asJson(body.where).remoteJid);
  return given && !given.includes('@') ? toJid(given) : given;
}

function secondsBetween(range: unknown): { from: number; to: number } | undefined {
  const { gte, lte } = asJson(range);
  if (!gte || !lte) return undefined;
  const seconds = (value: unknown) => Math.floor(new Date(value as string).getTime() / 1000);
  return { from: seconds(gte), to: seconds(lte) };
}
