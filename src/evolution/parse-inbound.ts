import type { FactBody, FactHead, InboundFact, MessageFact, MessageRef, MessageStatus } from './inbound-facts.ts';
import { booleanAt, dateOf, isRecord, type Json, numberAt, recordAt, stringAt } from './json-reading.ts';
import { contentOf, integerOf, secondsOf, textOfMessage } from './message-content.ts';
import type { InstanceState } from './wire.ts';

/**
 * The facts one webhook call of a server tells, in its order. Pure; gives `unknown` for what it cannot use and never
 * throws, whatever JSON it is given.
 */
export function parseInboundCall(envelope: unknown): InboundFact[] {
  if (!isRecord(envelope)) return [{ ...headOf({}), ...malformed(null, 'not an object') }];
  const head = headOf(envelope);
  const event = stringAt(envelope, 'event');
  if (event === undefined) return [{ ...head, ...malformed(null, 'no event') }];
  const read = Object.hasOwn(READERS, event) ? READERS[event] : undefined;
  if (read === undefined) return [{ ...head, ...notRead(event) }];
  const { data } = envelope;
  return (Array.isArray(data) ? data : [data]).map((each) => ({ ...head, ...read(each, event) }));
}

type Reader = (data: unknown, event: string) => FactBody;

const READERS: Readonly<Record<string, Reader>> = {
  'qrcode.updated': ofRecord(readQrCode),
  'connection.update': ofRecord(readConnection),
  'status.instance': ofRecord(readStatusInstance),
  'logout.instance': () => ({ kind: 'logged_out' }),
  'messages.upsert': ofRecord((data, event) =>
    readMessage(data, event, isFromMe(data) ? 'own_message' : 'message_received'),
  ),
  'send.message': ofRecord((data, event) => readMessage(data, event, 'echo')),
  'messages.update': ofRecord(readStatus),
  'messages.delete': ofRecord(readDeleted),
  'messages.edited': ofRecord(readProtocolMessage),
  'send.message.update': ofRecord(readProtocolMessage),
};

const UNUSED_EVENTS: ReadonlySet<string> = new Set([
  'application.startup',
  'instance.create',
  'instance.delete',
  'remove.instance',
  'messages.set',
  'contacts.set',
  'contacts.upsert',
  'contacts.update',
  'presence.update',
  'chats.set',
  'chats.upsert',
  'chats.update',
  'chats.delete',
  'groups.upsert',
  'groups.update',
  'group.update',
  'group-participants.update',
  'labels.edit',
  'labels.association',
  'call',
  'typebot.start',
  'typebot.change-status',
  'error',
]);

const STATES: ReadonlySet<string> = new Set<InstanceState>(['open', 'connecting', 'close', 'refused']);

/** Both dialects: Baileys' names (and numbers) and the Graph API's. */
const STATUSES: ReadonlyMap<unknown, MessageStatus> = new Map<unknown, MessageStatus>([
  ['ERROR', 'error'],
  ['FAILED', 'error'],
  ['PENDING', 'pending'],
  ['SERVER_ACK', 'server_ack'],
  ['SENT', 'server_ack'],
  ['DELIVERY_ACK', 'delivered'],
  ['DELIVERED', 'delivered'],
  ['READ', 'read'],
  ['PLAYED', 'played'],
  ['DELETED', 'deleted'],
  [0, 'error'],
  [1, 'pending'],
  [2, 'server_ack'],
  [3, 'delivered'],
  [4, 'read'],
  [5, 'played'],
]);

function headOf(envelope: Json): FactHead {
  const atRaw = stringAt(envelope, 'date_time') ?? null;
  return { instance: stringAt(envelope, 'instance') ?? null, at: dateOf(atRaw), atRaw };
}

function ofRecord(read: (data: Json, event: string) => FactBody): Reader {
  return (data, event) => (isRecord(data) ? read(data, event) : malformed(event, 'data is no object'));
}

function readQrCode(data: Json, event: string): FactBody {
  const qrcode = recordAt(data, 'qrcode');
  if (qrcode === undefined) {
    return numberAt(data, 'statusCode') === undefined ? malformed(event, 'no qrcode') : { kind: 'qr_limit' };
  }
  const image = stringAt(qrcode, 'base64');
  const code = stringAt(qrcode, 'code');
  if (image === undefined || code === undefined) return malformed(event, 'no base64 or no code');
  return { kind: 'qr', image, code, pairingCode: stringAt(qrcode, 'pairingCode') ?? null };
}

function readConnection(data: Json, event: string): FactBody {
  const state = stringAt(data, 'state');
  if (!isState(state)) return malformed(event, 'no known state');
  const statusReason = numberAt(data, 'statusReason');
  const wuid = stringAt(data, 'wuid');
  const profileName = stringAt(data, 'profileName');
  const profilePictureUrl = stringAt(data, 'profilePictureUrl');
  return {
    kind: 'connection',
    state,
    ...(statusReason !== undefined && { statusReason }),
    ...(wuid !== undefined && { wuid }),
    ...(profileName !== undefined && { profileName }),
    ...(profilePictureUrl !== undefined && { profilePictureUrl }),
  };
}

function readStatusInstance(data: Json, event: string): FactBody {
  if (stringAt(data, 'status') !== 'closed') return malformed(event, 'status is not closed');
  const reasonCode = numberAt(data, 'disconnectionReasonCode') ?? null;
  return { kind: 'connection_lost', reasonCode, lostAt: dateOf(stringAt(data, 'disconnectionAt')) };
}

function readMessage(data: Json, event: string, kind: 'message_received' | 'own_message' | 'echo'): FactBody {
  const key = recordAt(data, 'key') ?? {};
  const waId = stringAt(key, 'id');
  const remoteJid = stringAt(key, 'remoteJid');
  if (waId === undefined || remoteJid === undefined) return malformed(event, 'no key.id or no key.remoteJid');
  const remoteJidAlt = stringAt(key, 'remoteJidAlt') ?? stringAt(key, 'senderPn');
  const participant = stringAt(key, 'participant') ?? stringAt(data, 'participant');
  const participantAlt = stringAt(key, 'participantAlt') ?? stringAt(key, 'participantPn');
  const pushName = stringAt(data, 'pushName');
  const status = STATUSES.get(data.status);
  const fact: MessageFact = {
    waId,
    remoteJid,
    fromMe: isFromMe(data),
    ...contentOf(data),
    timestamp: secondsOf(data.messageTimestamp),
    ...(remoteJidAlt !== undefined && { remoteJidAlt }),
    ...(participant !== undefined && { participant }),
    ...(participantAlt !== undefined && { participantAlt }),
    ...(pushName !== undefined && { pushName }),
    ...(status !== undefined && { status }),
    raw: data,
  };
  return { kind, ...fact };
}

function readStatus(data: Json, event: string): FactBody {
  // The server writes DELETED over any update that has no status, votes among them.
  if (data.pollUpdates !== undefined && data.pollUpdates !== null) return unused(event, 'poll votes');
  const key = recordAt(data, 'key') ?? {};
  const waId = stringAt(data, 'keyId') ?? stringAt(key, 'id');
  const status = STATUSES.get(data.status);
  if (waId === undefined) return malformed(event, 'no keyId');
  if (status === undefined) return malformed(event, 'no known status');
  return { kind: 'status', status, ...refOf(waId, { ...key, ...data }) };
}

function readDeleted(data: Json, event: string): FactBody {
  const key = recordAt(data, 'key') ?? data;
  const waId = stringAt(key, 'id');
  return waId === undefined ? malformed(event, 'no key.id') : { kind: 'deleted', ...refOf(waId, key) };
}

// One event name for every protocol message: edits, revocations, and others that say nothing about a message.
function readProtocolMessage(data: Json, event: string): FactBody {
  const key = recordAt(data, 'key') ?? {};
  const waId = stringAt(key, 'id');
  const { type } = data;
  if (waId === undefined) return malformed(event, 'no key.id');
  if (type === 'REVOKE' || type === 0) return { kind: 'deleted', ...refOf(waId, key) };
  const edited = recordAt(data, 'editedMessage');
  if (edited === undefined) {
    return type === undefined ? malformed(event, 'no editedMessage') : unused(event, 'another protocol message');
  }
  const text = textOfMessage(edited);
  return {
    kind: 'edited',
    ...(text !== undefined && { text }),
    editedAt: dateOf(integerOf(data.timestampMs)),
    ...refOf(waId, key),
  };
}

function refOf(waId: string, key: Json): MessageRef {
  const remoteJid = stringAt(key, 'remoteJid');
  const fromMe = booleanAt(key, 'fromMe');
  const participant = stringAt(key, 'participant');
  return {
    waId,
    ...(remoteJid !== undefined && { remoteJid }),
    ...(fromMe !== undefined && { fromMe }),
    ...(participant !== undefined && { participant }),
  };
}

function isFromMe(data: Json): boolean {
  return booleanAt(recordAt(data, 'key') ?? {}, 'fromMe') === true;
}

function isState(state: string | undefined): state is InstanceState {
  return state !== undefined && STATES.has(state);
}

function notRead(event: string): FactBody {
  if (UNUSED_EVENTS.has(event)) return unused(event, 'not used');
  return { kind: 'unknown', event, reason: 'unlisted', detail: 'no such event is known' };
}

function unused(event: string, detail: string): FactBody {
  return { kind: 'unknown', event, reason: 'unused', detail };
}

function malformed(event: string | null, detail: string): FactBody {
  return { kind: 'unknown', event, reason: 'malformed', detail };
}
