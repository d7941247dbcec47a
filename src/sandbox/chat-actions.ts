import { recordStatus } from './acks.ts';
import { badRequest, crashed, WireError } from './errors.ts';
import { isGroup, toJid } from './jid.ts';
import type { StoredMessage } from './message-store.ts';
import { refuseByMagic } from './sends.ts';
import type { Answer, Call, Json, Live, MessageKey } from './types.ts';
import { asJson, asList, asText, rowOf, secondsNow, type World } from './world.ts';

export type ChatDeed = (world: World, live: Live, call: Call) => Answer | Promise<Answer>;

const closed = 'Error: Connection Closed';

/** What becomes of a number on WhatsApp; the address is the server's own form of it. */
export function lookedUp(world: World, live: Live, number: string): Json {
  const jid = toJid(number);
  if (isGroup(jid)) {
    const group = rowOf(world, live)?.groups?.find((each) => each.id === jid);
    return group ? { jid, exists: true, number, name: group.subject } : { jid, exists: false, number };
  }
  if (jid.endsWith('@lid')) return { jid, exists: true, number, lid: 'lid' };
  const name = world.messages.of(live.id).findLast(({ record }) => !record.key.fromMe && record.key.remoteJid === jid);
  const known = name?.record.pushName === undefined ? {} : { name: name.record.pushName };
  return { jid, exists: isOnWhatsapp(number), number, ...known };
}

export const checkNumbers: ChatDeed = (world, live, { body }) => {
  requireOpen(live, crashed('Connection Closed'));
  return { status: 200, body: asList(body.numbers).map((number) => lookedUp(world, live, String(number))) };
};

export const markRead: ChatDeed = (world, live, { body }) => {
  requireOpen(live, new WireError(500, ['Read messages fail', closed]));
  for (const read of asList(body.readMessages).map(asJson)) {
    const found = world.messages.find(live.id, String(read.id));
    if (!found || found.record.key.fromMe || !/@(s\.whatsapp\.net|g\.us)$/.test(String(read.remoteJid))) continue;
    found.record.status = 'READ';
    world.messages.changed(found);
  }
  return { status: 201, body: { message: 'Read messages', read: 'success' } };
};

export const sendPresence: ChatDeed = async (world, live, { body }) => {
  requireOpen(live, badRequest(closed));
  const number = asText(body.number) ?? '';
  // What it raises on purpose it catches itself, and tells as an object's text.
  if (!isGroup(toJid(number)) && !isOnWhatsapp(number)) throw badRequest('[object Object]');
  await world.timers.wait(Number(body.delay));
  return { status: 201, body: { presence: body.presence } };
};

export const setPresence: ChatDeed = (_world, live, { body }) => {
  requireOpen(live, badRequest(closed));
  return { status: 201, body: { presence: body.presence } };
};

/** The message is looked up by its id in the whole database, whichever instance sent it. */
export const deleteForEveryone: ChatDeed = (world, live, { body }) => {
  requireOpen(live, new WireError(500, ['Error while deleting message for everyone', closed]));
  const key = keyIn(body);
  const found = everywhere(world, key.id);
  if (found) {
    const { record } = found;
    record.key = { ...record.key, deleted: true };
    recordStatus(world, found, 'DELETED');
    void world.emit(live, 'messages.delete', {
      id: found.rowId,
      instanceId: found.instanceId,
      key: record.key,
      messageType: record.messageType,
      status: 'DELETED',
      source: record.source,
      messageTimestamp: record.messageTimestamp,
      pushName: record.pushName,
      participant: null,
      message: record.message,
    });
  }
  return { status: 201, body: protocol(world, String(body.remoteJid), { key, type: 'REVOKE' }) };
};

export const updateMessage: ChatDeed = (world, live, { body }) => {
  const jid = toJid(asText(body.number) ?? '');
  const key = keyIn(asJson(body.key));
  const found = world.messages.find(live.id, key.id);
  const text = String(body.text);
  const changed = found && edited(found.record.messageType, found.record.message, text);
  if (!found || !changed) throw badRequest('Message not compatible');
  if (found.record.key.remoteJid !== jid) throw badRequest('RemoteJid does not match');
  requireOpen(live, crashed('Connection Closed'));

  const timestampMs = world.clock.now().getTime();
  const editedMessage = { extendedTextMessage: { text } };
  void world.emit(live, 'send.message.update', { key, editedMessage, timestampMs, type: 14 });
  Object.assign(found.record, { message: changed, messageTimestamp: secondsNow(world) });
  recordStatus(world, found, 'EDITED');
  const edit = { key, type: 'MESSAGE_EDIT', editedMessage, timestampMs: String(timestampMs) };
  return { status: 200, body: protocol(world, jid, edit) };
};

/** @returns undefined for a message whose text cannot be changed. */
function edited(messageType: string, message: Json, text: string): Json | undefined {
  if (messageType === 'conversation') return { ...message, conversation: text };
  if (messageType !== 'imageMessage' && messageType !== 'videoMessage') return undefined;
  return { ...message, [messageType]: { ...asJson(message[messageType]), caption: text } };
}

function protocol(world: World, remoteJid: string, protocolMessage: Json): Json {
  return {
    key: { remoteJid, fromMe: true, id: world.identifiers.webMessageId() },
    message: { protocolMessage },
    messageTimestamp: String(secondsNow(world)),
    status: 'PENDING',
  };
}

function keyIn(body: Json): MessageKey {
  const participant = asText(body.participant);
  return {
    remoteJid: String(body.remoteJid),
    fromMe: body.fromMe === true,
    id: String(body.id),
    ...(participant ? { participant } : {}),
  };
}

function everywhere(world: World, id: string): StoredMessage | undefined {
  for (const row of world.rows.values()) {
    const found = world.messages.find(row.id, id);
    if (found) return found;
  }
  return undefined;
}

function isOnWhatsapp(number: string): boolean {
  try {
    refuseByMagic(number);
    return true;
  } catch {
    return false;
  }
}

function requireOpen(live: Live, error: WireError): void {
  if (live.state !== 'open') throw error;
}
