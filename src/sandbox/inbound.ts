import { loadMedia, mimetypeOf } from './media.ts';
import type { Json, Live, MessageRecord } from './types.ts';
import { asJson, asText, secondsNow, type World } from './world.ts';

/** A message somebody sends to an instance, as the control API takes it. */
export type Inbound = {
  /** Digits or a JID. */
  from: string;
  text?: string;
  media?: { mediatype: string; base64?: string; url?: string; caption?: string; fileName?: string; mimetype?: string };
  pushName?: string;
  id?: string;
  /** The owner typing on the own phone. */
  fromMe?: boolean;
};

/** @returns the message's id. A second message with the same id is dropped on Baileys, as the server's cache does. */
export async function receive(world: World, live: Live, inbound: Inbound): Promise<string> {
  const remoteJid = inbound.from.includes('@') ? inbound.from : `${inbound.from}@s.whatsapp.net`;
  const id = inbound.id ?? world.identifiers.phoneMessageId();
  if (live.integration === 'EVOLUTION') {
    const key = { id, remoteJid, fromMe: inbound.fromMe ?? false };
    const { messageType, message } = await contentOf(world, live, inbound);
    receiveOnEvolution(world, live, { key, pushName: inbound.pushName, message, messageType });
    return id;
  }
  const repeated = world.messages.find(live.id, id) !== undefined;
  const brief = { remoteJid, instanceId: live.id };
  void world.emit(live, 'chats.update', [brief]);
  void world.emit(live, 'contacts.update', [brief]);
  if (repeated) return id;
  const { messageType, message } = await contentOf(world, live, inbound);
  const record: MessageRecord = {
    key: { remoteJid, fromMe: inbound.fromMe ?? false, id, participant: '', addressingMode: 'pn' },
    pushName: inbound.pushName ?? 'Alice',
    status: 'DELIVERY_ACK',
    message,
    messageType,
    messageTimestamp: secondsNow(world),
    instanceId: live.id,
    source: 'android',
  };
  world.messages.add({ rowId: world.identifiers.cuid(), instanceId: live.id, record, statuses: [] });
  void world.emit(live, 'messages.upsert', record);
  if (!record.key.fromMe) void world.emit(live, 'contacts.update', { ...brief, pushName: record.pushName });
  return id;
}

/** The body of `POST /webhook/evolution`; ids are not looked at, so a repeated one is told again. */
export function receiveOnEvolution(world: World, live: Live, received: Json): void {
  if (!received.message) return;
  const key = asJson(received.key);
  const remoteJid = String(key.remoteJid);
  const id = asText(key.id) || world.identifiers.uuid();
  const known = world.messages.knowsChat(live.id, remoteJid);
  const record: MessageRecord = {
    key: { id, remoteJid, fromMe: key.fromMe === true },
    ...(received.pushName === undefined ? {} : { pushName: String(received.pushName) }),
    message: asJson(received.message),
    messageType: String(received.messageType),
    messageTimestamp: secondsNow(world),
    source: 'unknown',
    instanceId: live.id,
  };
  world.messages.add({ rowId: world.identifiers.cuid(), instanceId: live.id, record, statuses: [] });
  const brief = { remoteJid, instanceId: live.id };
  void world.emit(live, 'messages.upsert', record);
  void world.emit(live, 'contacts.upsert', { ...brief, pushName: record.pushName });
  if (known) void world.emit(live, 'chats.update', brief);
  void world.emit(live, 'chats.upsert', brief);
}

async function contentOf(world: World, live: Live, inbound: Inbound): Promise<{ messageType: string; message: Json }> {
  const { media } = inbound;
  if (!media) return { messageType: 'conversation', message: { conversation: inbound.text ?? '' } };
  const messageType = `${media.mediatype}Message`;
  const base64 = live.base64 && (media.base64 ?? (media.url ? (await loadMedia(media.url)).toString('base64') : ''));
  const mimetype = media.mimetype ?? mimetypeOf(media.fileName ?? media.url ?? '');
  const content = {
    url: media.url ?? `https://mmg.whatsapp.net/v/sandbox${world.identifiers.bytes(6).readUIntBE(0, 6)}`,
    mimetype,
    ...(media.caption === undefined ? {} : { caption: media.caption }),
    ...(media.fileName === undefined ? {} : { fileName: media.fileName }),
    fileLength: { low: Buffer.from(media.base64 ?? '', 'base64').length, high: 0, unsigned: true },
  };
  const hosted = live.integration === 'EVOLUTION' && media.url ? { mediaUrl: media.url } : {};
  return { messageType, message: { [messageType]: content, ...hosted, ...(base64 ? { base64 } : {}) } };
}
