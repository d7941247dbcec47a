import type { Clock } from '../platform/clock.ts';
import type { Identifiers } from './identifiers.ts';
import type { Knobs } from './knobs.ts';
import type { Ledger } from './ledger.ts';
import type { Timers } from './timers.ts';
import type { Json, Live, MessageRecord, Row } from './types.ts';

/** One simulated server: its database, its memory and what surrounds them. */
export type World = {
  clientName: string;
  apiKey: string;
  /** Own base URL, known once the server listens. */
  url: string;
  clock: Clock;
  identifiers: Identifiers;
  knobs: Knobs;
  /** Uniform in [0, 1) from `knobs.seed`; only failures draw from it, so that their row stays the same. */
  chance(): number;
  ledger: Ledger;
  timers: Timers;
  rows: Map<string, Row>;
  lives: Map<string, Live>;
  messages: MessageStore;
  /** Resolves when the last attempt of the call ended; nobody but a delete waits for it. */
  emit(live: Live, event: string, data: unknown): Promise<void>;
  /** To be called after every change of a row. */
  changed(): void;
};

/** A message row of the simulated database. */
export type StoredMessage = { rowId: string; instanceId: string; record: MessageRecord; statuses: string[] };

export type MessageStore = {
  add(message: StoredMessage): void;
  find(instanceId: string, id: string): StoredMessage | undefined;
  /** Whether any message went to or came from there. */
  knowsChat(instanceId: string, remoteJid: string): boolean;
  count(instanceId: string): number;
  forget(instanceId: string): void;
};

export function createMessageStore(limit = 100_000): MessageStore {
  const byKey = new Map<string, StoredMessage>();
  const counts = new Map<string, number>();
  const chats = new Set<string>();
  const key = (instanceId: string, id: string) => `${instanceId}/${id}`;

  return {
    add(message) {
      byKey.set(key(message.instanceId, message.record.key.id), message);
      counts.set(message.instanceId, (counts.get(message.instanceId) ?? 0) + 1);
      chats.add(key(message.instanceId, message.record.key.remoteJid));
      if (byKey.size > limit) byKey.delete(byKey.keys().next().value ?? '');
    },
    find: (instanceId, id) => byKey.get(key(instanceId, id)),
    knowsChat: (instanceId, remoteJid) => chats.has(key(instanceId, remoteJid)),
    count: (instanceId) => counts.get(instanceId) ?? 0,
    forget(instanceId) {
      counts.delete(instanceId);
      for (const chat of chats) if (chat.startsWith(`${instanceId}/`)) chats.delete(chat);
      for (const [each, message] of byKey) if (message.instanceId === instanceId) byKey.delete(each);
    },
  };
}

/** Timestamp of a database row. */
export const isoNow = (world: Pick<World, 'clock'>): string => world.clock.now().toISOString();

/** Message timestamps are whole seconds. */
export const secondsNow = (world: Pick<World, 'clock'>): number => Math.round(world.clock.now().getTime() / 1000);

export function touch(world: World, row: Row, patch: Partial<Row>): void {
  Object.assign(row, patch, { updatedAt: isoNow(world) });
  world.changed();
}

/** The row behind a live instance; undefined when it was deleted or belongs to a namesake. */
export function rowOf(world: World, live: Live): Row | undefined {
  const row = world.rows.get(live.name);
  return row?.id === live.id ? row : undefined;
}

export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const asJson = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
