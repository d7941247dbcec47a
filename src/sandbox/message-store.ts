import type { MessageRecord } from './types.ts';

/** One entry of a message's history, as `findStatusMessage` lists it. */
export type StatusRow = { id: string; status: string };

/** A message row of the simulated database. */
export type StoredMessage = {
  rowId: string;
  instanceId: string;
  record: MessageRecord;
  statuses: StatusRow[];
  createdAt: string;
  /** The medium as WhatsApp's servers keep it, as long as it is kept. */
  media?: Buffer;
};

export type MessageStore = {
  add(message: StoredMessage): void;
  /** To be called after a message or its history was changed in place. */
  changed(message: StoredMessage): void;
  /** The latest of that id. */
  find(instanceId: string, id: string): StoredMessage | undefined;
  /** Of an instance, the oldest first. */
  of(instanceId: string): StoredMessage[];
  /** Whether any message went to or came from there. */
  knowsChat(instanceId: string, remoteJid: string): boolean;
  count(instanceId: string): number;
  forget(instanceId: string): void;
};

/** Where a store's messages outlive the program. */
export type MessageLog = {
  load(): Iterable<StoredMessage>;
  write(message: StoredMessage): void;
  forget(instanceId: string): void;
};

const mediaBytesKept = 64 * 1024 * 1024;

export function createMessageStore(log?: MessageLog, limit = 100_000): MessageStore {
  const all = new Map<string, StoredMessage>();
  const latest = new Map<string, StoredMessage>();
  const instances = new Map<string, { messages: Map<string, StoredMessage>; chats: Set<string>; count: number }>();
  const withMedia: StoredMessage[] = [];
  let mediaBytes = 0;
  const key = (instanceId: string, id: string) => `${instanceId}/${id}`;

  function keep(message: StoredMessage): void {
    const { instanceId, record, rowId } = message;
    const known = all.has(rowId);
    all.set(rowId, message);
    latest.set(key(instanceId, record.key.id), message);
    const instance = instances.get(instanceId) ?? { messages: new Map(), chats: new Set(), count: 0 };
    instances.set(instanceId, instance);
    instance.messages.set(rowId, message);
    instance.chats.add(record.key.remoteJid);
    if (!known) instance.count += 1;
    const oldest = all.size > limit ? all.values().next().value : undefined;
    if (oldest) drop(oldest);
  }

  function drop(message: StoredMessage): void {
    all.delete(message.rowId);
    instances.get(message.instanceId)?.messages.delete(message.rowId);
    const name = key(message.instanceId, message.record.key.id);
    if (latest.get(name) === message) latest.delete(name);
  }

  function keepMedia(message: StoredMessage): void {
    if (!message.media) return;
    withMedia.push(message);
    mediaBytes += message.media.length;
    while (mediaBytes > mediaBytesKept && withMedia.length > 1) {
      const oldest = withMedia.shift();
      mediaBytes -= oldest?.media?.length ?? 0;
      delete oldest?.media;
    }
  }

  for (const message of log?.load() ?? []) keep(message);

  return {
    add(message) {
      keep(message);
      keepMedia(message);
      log?.write(message);
    },
    changed: (message) => log?.write(message),
    find: (instanceId, id) => latest.get(key(instanceId, id)),
    of: (instanceId) => [...(instances.get(instanceId)?.messages.values() ?? [])],
    knowsChat: (instanceId, remoteJid) => instances.get(instanceId)?.chats.has(remoteJid) ?? false,
    count: (instanceId) => instances.get(instanceId)?.count ?? 0,
    forget(instanceId) {
      for (const message of instances.get(instanceId)?.messages.values() ?? []) drop(message);
      if (instances.delete(instanceId)) log?.forget(instanceId);
    },
  };
}
