import { createHash } from 'node:crypto';
import { loadMedia, mimetypeOf } from './media.ts';
import { storedMessage } from './sends.ts';
import type { Json, Live, MessageKey, MessageRecord } from './types.ts';
import { uploaded } from './uploads.ts';
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
  if (live.integration === 'WHATSAPP-BUSINESS') {
    await receiveOnBusiness(world, live, inbound, { id, remoteJid, fromMe: false });
    return id;
  }
  const repeated = world.messages.find(live.id, id) !== undefined;
  const brief = { remoteJid, instanceId: live.id };
  void world.emit(live, 'chats.update', [brief]);
  void world.emit(live, 'contacts.update', [brief]);
  if (repeated) return id;
  const { messageType, message, media } = await contentOf(world, live, inbound);
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
  world.messages.add(storedMessage(world, live, { ...record }, media));
  void world.emit(live, 'messages.upsert', record);
  if (!record.key.fromMe) void world.emit(live, 'contacts.update', { ...brief, pushName: record.pushName });
  return id;
}

export type Flood = {
  /** How many messages come in. */
  count: number;
  /** As the first of them; each gets its number behind text and caption. */
  inbound: Inbound;
  /** Digits of different senders, in turn, counted up from `from`; one unless given. */
  senders?: number;
  /** As fast as it goes unless given. */
  perSecond?: number;
};

/** @returns the messages' ids, in the order in which they came in. */
export async function receiveMany(world: World, live: Live, flood: Flood): Promise<string[]> {
  const { count, inbound, senders = 1, perSecond } = flood;
  const started = world.clock.monotonicMs();
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const due = perSecond === undefined ? 0 : (index * 1000) / perSecond - (world.clock.monotonicMs() - started);
    if (due >= 1) await world.timers.wait(due);
    // Connections are opened and answers read only between turns.
    else if (index % 64 === 63) await world.timers.wait(0);
    ids.push(await receive(world, live, numbered(inbound, index, senders)));
  }
  return ids;
}

function numbered(inbound: Inbound, index: number, senders: number): Inbound {
  const { id: _id, from, text, media, ...rest } = inbound;
  const sender = senders === 1 || from.includes('@') ? from : String(BigInt(from) + BigInt(index % senders));
  const caption = media?.caption === undefined ? {} : { caption: `${media.caption} ${index + 1}` };
  return {
    ...rest,
    from: sender,
    ...(text === undefined ? {} : { text: `${text} ${index + 1}` }),
    ...(media === undefined ? {} : { media: { ...media, ...caption } }),
  };
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
  world.messages.add(storedMessage(world, live, { ...record }));
  const brief = { remoteJid, instanceId: live.id };
  void world.emit(live, 'messages.upsert', record);
  void world.emit(live, 'contacts.upsert', { ...brief, pushName: record.pushName });
  if (known) void world.emit(live, 'chats.update', brief);
  void world.emit(live, 'chats.upsert', brief);
}

/** The official channel looks at no id either, and always has the medium with it. */
async function receiveOnBusiness(world: World, live: Live, inbound: Inbound, key: MessageKey): Promise<void> {
  const { media, text = '', pushName = 'Alice' } = inbound;
  const bytes = media && (await mediumOf(media));
  const fields = media && {
    id: world.identifiers.graphMessageId(),
    mime_type: media.mimetype ?? mimetypeOf(media.fileName ?? media.url ?? ''),
    sha256: createHash('sha256')
      .update(bytes ?? '')
      .digest('base64'),
    ...(media.caption === undefined ? {} : { caption: media.caption }),
  };
  const messageType = media ? `${media.mediatype}Message` : 'conversation';
  const record: MessageRecord = {
    key,
    pushName,
    message: media ? { [messageType]: fields, base64: bytes?.toString('base64') } : { conversation: text },
    messageType,
    messageTimestamp: secondsNow(world),
    source: 'unknown',
    instanceId: live.id,
  };
  world.messages.add(storedMessage(world, live, { ...record }));
  void world.emit(live, 'messages.upsert', record);
  void world.emit(live, 'contacts.upsert', { pushName, instanceId: live.id });
}

type Received = { messageType: string; message: Json; media?: Buffer };

async function contentOf(world: World, live: Live, inbound: Inbound): Promise<Received> {
  const { media } = inbound;
  if (!media) return { messageType: 'conversation', message: { conversation: inbound.text ?? '' } };
  const messageType = `${media.mediatype}Message`;
  const mimetype = media.mimetype ?? mimetypeOf(media.fileName ?? media.url ?? '');
  const words = {
    ...(media.caption === undefined ? {} : { caption: media.caption }),
    ...(media.fileName === undefined ? {} : { fileName: media.fileName }),
  };
  if (live.integration === 'EVOLUTION') {
    const hosted = media.url === undefined ? {} : { mediaUrl: media.url };
    return { messageType, message: { [messageType]: { url: media.url, mimetype, ...words }, ...hosted } };
  }
  const bytes = await mediumOf(media);
  const content = { ...uploaded(world, bytes, mimetype), ...(media.url ? { url: media.url } : {}), ...words };
  const base64 = live.base64 ? { base64: bytes.toString('base64') } : {};
  return { messageType, message: { [messageType]: content, ...base64 }, ...(bytes.length > 0 ? { media: bytes } : {}) };
}

/** A URL that leads nowhere is a medium that WhatsApp's servers keep no more. */
async function mediumOf(media: NonNullable<Inbound['media']>): Promise<Buffer> {
  return loadMedia(media.base64 ?? media.url ?? '').catch(() => Buffer.alloc(0));
}
