import { instanceIdOf } from '../../evolution/instance-id.ts';
import { isRecord } from '../../evolution/json-reading.ts';
import { EVOLUTION_EVENTS } from '../../evolution/wire.ts';
import { nameOf, type ToldEvent, testEventType, textOf } from './told-event.ts';

type Json = Record<string, unknown>;
type Told = { event: string; data: unknown };

/**
 * An event as an Evolution server would call with it: its envelope, with the user's name for the number and the hint
 * of its token where the server puts the instance's own.
 */
export function evolutionBody(event: ToldEvent): Json {
  const { number, type } = event;
  const instance = number === null ? null : nameOf(number);
  const tell = Object.hasOwn(tellers, type) ? tellers[type] : undefined;
  const told: Told | undefined = type === testEventType ? { event: 'test', data: {} } : tell?.(event, instance);
  return {
    event: told?.event ?? type,
    instance,
    data: told?.data ?? null,
    destination: event.url,
    date_time: event.at.toISOString(),
    ...(number?.ownJid == null ? {} : { sender: number.ownJid }),
    server_url: event.serverUrl,
    apikey: number?.tokenHint ?? null,
  };
}

const tellers: Readonly<Record<string, (event: ToldEvent, instance: string | null) => Told>> = {
  'message.received': (event) => ({ event: 'messages.upsert', data: receivedMessage(event) }),
  'message.sent': (event) => ({ event: 'send.message', data: sentMessage(event) }),
  'message.delivered': (event) => ({ event: 'messages.update', data: status(event, 'DELIVERY_ACK') }),
  'message.read': (event) => ({ event: 'messages.update', data: status(event, 'READ') }),
  'message.played': (event) => ({ event: 'messages.update', data: status(event, 'PLAYED') }),
  'number.created': (event, instance) => ({ event: 'instance.create', data: names(event, instance) }),
  'number.deleted': (event, instance) => ({ event: 'instance.delete', data: names(event, instance) }),
  'number.qr': ({ payload }, instance) => ({
    event: 'qrcode.updated',
    data: {
      qrcode: {
        instance,
        pairingCode: payload.pairing_code ?? null,
        ...(textOf(payload.qr_text) === null ? {} : { code: payload.qr_text }),
        base64: payload.qr_code ?? null,
      },
    },
  }),
  'number.connected': ({ number }, instance) => ({
    event: 'connection.update',
    data: {
      instance,
      ...(number?.ownJid == null ? {} : { wuid: number.ownJid }),
      ...(number?.profileName == null ? {} : { profileName: number.profileName }),
      state: 'open',
      statusReason: 200,
    },
  }),
  'number.disconnected': ({ payload }, instance) => ({
    event: 'connection.update',
    data: { instance, ...(closings.get(textOf(payload.status_reason) ?? '') ?? closed) },
  }),
};

/** All others have no counterpart there. */
export const evolutionTypes: readonly string[] = Object.keys(tellers);

/** By which of the contract's names an endpoint asks for each type. */
const nameOfType: ReadonlyMap<string, (typeof EVOLUTION_EVENTS)[number]> = new Map([
  ['message.received', 'MESSAGES_UPSERT'],
  ['message.sent', 'SEND_MESSAGE'],
  ['message.delivered', 'MESSAGES_UPDATE'],
  ['message.read', 'MESSAGES_UPDATE'],
  ['message.played', 'MESSAGES_UPDATE'],
  ['number.created', 'INSTANCE_CREATE'],
  ['number.deleted', 'INSTANCE_DELETE'],
  ['number.qr', 'QRCODE_UPDATED'],
  ['number.connected', 'CONNECTION_UPDATE'],
  ['number.disconnected', 'CONNECTION_UPDATE'],
]);

/** The types that these names of the contract stand for. */
export function typesOfEvolutionNames(names: readonly string[]): string[] {
  return [...nameOfType].filter(([, name]) => names.includes(name)).map(([type]) => type);
}

/** The names that stand for these types; all that the contract knows for null, which is all types. */
export function evolutionNamesOf(types: readonly string[] | null): string[] {
  if (types === null) return [...EVOLUTION_EVENTS];
  return [...new Set(types.flatMap((type) => nameOfType.get(type) ?? []))];
}

const closed = { state: 'close', statusReason: 428 };
const closings: ReadonlyMap<string, { state: string; statusReason: number }> = new Map([
  ['logged_out', { state: 'close', statusReason: 401 }],
  ['qr_expired', { state: 'refused', statusReason: 428 }],
  ['connection_refused', { state: 'refused', statusReason: 428 }],
]);

function receivedMessage({ payload, number, media }: ToldEvent): Json {
  return {
    key: payload.key ?? { remoteJid: payload.chat ?? null, fromMe: false, id: payload.whatsapp_id ?? null },
    ...(textOf(payload.push_name) === null ? {} : { pushName: payload.push_name }),
    message: {
      ...(isRecord(payload.message) ? payload.message : {}),
      ...(media === undefined ? {} : { base64: media }),
    },
    ...(payload.context_info == null ? {} : { contextInfo: payload.context_info }),
    messageType: payload.message_type ?? null,
    messageTimestamp: payload.timestamp ?? null,
    instanceId: number === null ? null : instanceIdOf(number.instanceName),
    source: textOf(payload.source) ?? 'unknown',
  };
}

function sentMessage({ payload, number, message, at }: ToldEvent): Json {
  const { messageType, content } = sentContent(textOf(payload.kind) ?? '', message?.content ?? {});
  return {
    key: { remoteJid: payload.remote_jid ?? payload.to ?? null, fromMe: true, id: payload.whatsapp_id ?? null },
    status: 'PENDING',
    message: content,
    messageType,
    messageTimestamp: Math.floor(at.getTime() / 1_000),
    instanceId: number === null ? null : instanceIdOf(number.instanceName),
    source: 'unknown',
  };
}

const mediaTypes: ReadonlySet<string> = new Set(['image', 'video', 'audio', 'voice', 'document']);

function sentContent(kind: string, content: Json): { messageType: string; content: Json } {
  if (kind === 'text') return { messageType: 'conversation', content: { conversation: content.text ?? '' } };
  // A voice note is an audio message there.
  const messageType = `${kind === 'voice' ? 'audio' : kind}Message`;
  if (!mediaTypes.has(kind)) return { messageType, content: { [messageType]: {} } };
  const { caption, mimetype, file_name: fileName, media_url: url } = content;
  return { messageType, content: { [messageType]: { url, mimetype, caption, fileName } } };
}

function status({ payload, number }: ToldEvent, word: string): Json {
  return {
    keyId: payload.whatsapp_id ?? null,
    remoteJid: payload.remote_jid ?? null,
    fromMe: true,
    status: word,
    instanceId: number === null ? null : instanceIdOf(number.instanceName),
    messageId: payload.message_id ?? null,
  };
}

/** The last part of the path at which an endpoint with a path for each event hears of this one. */
export function evolutionPathOf(event: ToldEvent): string {
  return String(evolutionBody(event).event).replace(/[._]/g, '-');
}

function names({ number }: ToldEvent, instance: string | null): Json {
  return { instanceName: instance, instanceId: number === null ? null : instanceIdOf(number.instanceName) };
}
