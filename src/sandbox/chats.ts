import { createHash } from 'node:crypto';
import type { StoredMessage } from './message-store.ts';
import type { Json, Live, MessageRecord } from './types.ts';
import type { World } from './world.ts';

/** Everybody who ever wrote: the rows that the server makes of received messages. */
export function contactsOf(world: World, live: Live): ({ remoteJid: string } & Json)[] {
  return [...heardFrom(world, live)].map(([remoteJid, messages]) => {
    const { pushName } = messages.at(-1)?.record ?? {};
    const isGroup = remoteJid.endsWith('@g.us');
    const isSaved = pushName !== undefined;
    return {
      id: rowId('contact', live, remoteJid),
      remoteJid,
      pushName: pushName ?? null,
      profilePicUrl: null,
      createdAt: messages[0]?.createdAt,
      updatedAt: messages.at(-1)?.createdAt,
      instanceId: live.id,
      isGroup,
      isSaved,
      type: isGroup ? 'group' : isSaved ? 'contact' : 'group_member',
    };
  });
}

/** Every address with a message, the latest first; a window is open for a day since somebody wrote. */
export function chatsOf(
  world: World,
  live: Live,
  counts: (message: StoredMessage) => boolean,
): ({ remoteJid: string } & Json)[] {
  const latest = new Map<string, StoredMessage>();
  for (const message of world.messages.of(live.id).filter(counts)) {
    const { remoteJid } = message.record.key;
    const former = latest.get(remoteJid)?.record.messageTimestamp ?? 0;
    if (message.record.messageTimestamp >= former) latest.set(remoteJid, message);
  }
  const heard = heardFrom(world, live);
  return [...latest]
    .sort(([, one], [, other]) => other.record.messageTimestamp - one.record.messageTimestamp)
    .map(([remoteJid, last]) => {
      const received = heard.get(remoteJid);
      const start = received?.[0]?.createdAt;
      const expires = start === undefined ? undefined : new Date(new Date(start).getTime() + 86_400_000);
      return {
        id: received ? rowId('contact', live, remoteJid) : null,
        remoteJid,
        pushName: null,
        profilePicUrl: null,
        updatedAt: new Date(last.record.messageTimestamp * 1000).toISOString(),
        windowStart: start ?? null,
        windowExpires: expires?.toISOString() ?? null,
        windowActive: expires !== undefined && expires > world.clock.now(),
        lastMessage: lastMessage(last),
        unreadCount: received ? unread(received) : null,
        isSaved: received !== undefined,
      };
    });
}

/** The row of a chat; only who wrote has one. */
export function chatOf(world: World, live: Live, remoteJid: string): Json | undefined {
  const received = heardFrom(world, live).get(remoteJid);
  if (!received) return undefined;
  return {
    id: rowId('chat', live, remoteJid),
    remoteJid,
    name: null,
    labels: null,
    createdAt: received[0]?.createdAt,
    updatedAt: received.at(-1)?.createdAt,
    instanceId: live.id,
    unreadMessages: unread(received),
  };
}

function heardFrom(world: World, live: Live): Map<string, StoredMessage[]> {
  const heard = world.messages.of(live.id).filter(({ record }) => !record.key.fromMe);
  return Map.groupBy(heard, ({ record }) => record.key.remoteJid);
}

const unread = (received: StoredMessage[]): number =>
  received.filter(({ record }) => record.status === 'DELIVERY_ACK').length;

function lastMessage({ rowId: id, record }: StoredMessage): Json {
  const { key, messageType, contextInfo, source, messageTimestamp, instanceId } = record;
  return {
    id,
    key,
    pushName: key.fromMe ? 'Você' : (record.pushName ?? null),
    participant: null,
    messageType,
    message: cleaned(record),
    contextInfo: contextInfo ?? null,
    source,
    messageTimestamp,
    instanceId,
    sessionId: null,
    status: record.status ?? null,
  };
}

/** Of media the caption alone. */
function cleaned({ message }: MessageRecord): Json {
  const { base64: _base64, ...rest } = message;
  for (const type of ['imageMessage', 'videoMessage', 'documentMessage'] as const) {
    const fields = rest[type];
    if (typeof fields !== 'object' || fields === null) continue;
    rest[type] = 'caption' in fields ? { caption: fields.caption } : {};
  }
  if (rest.audioMessage) rest.audioMessage = {};
  if (rest.stickerMessage) rest.stickerMessage = {};
  return rest;
}

/** Rows are made anew with every question, so their ids must not be. */
function rowId(table: string, live: Live, remoteJid: string): string {
  const digest = createHash('sha256').update(`${table}/${live.id}/${remoteJid}`).digest();
  return `c${Array.from(digest.subarray(0, 24), (byte) => (byte % 36).toString(36)).join('')}`;
}
