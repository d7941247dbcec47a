import { type Kysely, sql, type Transaction } from 'kysely';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { DB } from '../../../schema.ts';
import { appendEvents, type EventType, type NewEvent } from '../../events/index.ts';
import type { LockedNumber } from '../../phone-numbers/index.ts';
import { addressOf } from '../message.ts';
import {
  type Advance,
  advanceMessages,
  type Heard,
  type HeardAs,
  type LidAddress,
  lockMessages,
  readWire,
  readWireOfMessage,
  reportedFailed,
  type SentMessageRow,
  saveHeard,
  saveLidAddresses,
  type WireRow,
  type WireStatus,
  wireStatuses,
} from './wire-messages-system.ts';

/** What a backend tells of one message on its way: how far it came, what it says, or that the owner wrote it. */
export type SentFact = Heard & { lids?: readonly LidAddress[] };

/** Whether the fact said anything new, and the events it makes. */
export type AppliedFact = { isNew: boolean; events: NewEvent[] };

const triesMax = 3;

/**
 * Applies facts about messages a number sent, in any order and however often: the wire ledger keeps the best that is
 * known, and a message that the ledger knows moves on, never back. The number must be locked by this transaction.
 */
export async function applySentFacts(
  tx: Transaction<DB>,
  number: LockedNumber,
  facts: readonly SentFact[],
): Promise<AppliedFact[]> {
  if (facts.length === 0) return [];
  await saveLidAddresses(
    tx,
    number.id,
    facts.flatMap(({ lids = [] }) => lids),
  );
  const merged = mergeById(facts);
  const { before, after, messages } = await saveWithMessagesLocked(tx, number.id, [...merged.values()]);
  const applied = tellNews(before, facts);
  const advances: Advance[] = [];
  for (const { waId, messageId, status } of after) {
    const message = messageId === null ? undefined : messages.get(messageId);
    const next = message === undefined ? undefined : nextOf(message, status);
    if (message === undefined || next === undefined) continue;
    advances.push(next);
    applied[facts.findIndex((fact) => fact.waId === waId)]?.events.push(...progressEvents(number, message, next));
  }
  await advanceMessages(tx, advances);
  return applied;
}

/**
 * Gives a message that has just been settled the acknowledgements that came before its answer. What a sender calls
 * after `settle` found an early status; harmless at any other time.
 */
export function createCatchUp(deps: { db: Kysely<DB>; ids: Ids }) {
  return function catchUp(messageId: string): Promise<void> {
    return inTransaction(deps.db, async (tx) => {
      const [message] = await lockMessages(tx, [messageId]);
      if (message === undefined) return;
      const wire = await readWireOfMessage(tx, message);
      const next = nextOf(message, wire?.status ?? null);
      if (wire === undefined || next === undefined) return;
      await advanceMessages(tx, [next]);
      const number = { id: message.phoneNumberId, userId: message.userId, ...wire };
      await appendEvents(tx, deps.ids, progressEvents(number, message, next));
    });
  };
}

/** Moves messages that this transaction has just settled on to where their acknowledgements are; answers the events. */
export async function advanceTo(
  tx: Transaction<DB>,
  number: LockedNumber,
  heard: readonly { messageId: string; status: WireStatus | null }[],
): Promise<NewEvent[]> {
  const statuses = new Map(heard.map(({ messageId, status }) => [messageId, status]));
  const advances: Advance[] = [];
  const events: NewEvent[] = [];
  for (const message of await lockMessages(tx, [...statuses.keys()])) {
    const next = nextOf(message, statuses.get(message.id) ?? null);
    if (next === undefined) continue;
    advances.push(next);
    events.push(...progressEvents(number, message, next));
  }
  await advanceMessages(tx, advances);
  return events;
}

type Saved = {
  before: WireRow[];
  after: Pick<WireRow, 'waId' | 'messageId' | 'status'>[];
  messages: Map<string, SentMessageRow>;
};

/**
 * Locks come in the order messages, wire ledger, as where a send is settled. Which messages to lock only the ledger
 * tells: where a settlement linked a message between the look and the write, the write is undone, which gives its
 * locks back, and both are done again.
 */
async function saveWithMessagesLocked(tx: Transaction<DB>, numberId: number, heard: readonly Heard[]): Promise<Saved> {
  const waIds = heard.map(({ waId }) => waId);
  await sql`savepoint before_wire`.execute(tx);
  for (let attempt = 1; attempt <= triesMax; attempt++) {
    const before = await readWire(tx, numberId, waIds);
    const messages = await lockMessages(tx, before.map(({ messageId }) => messageId).filter(isPresent));
    const after = await saveHeard(tx, numberId, heard);
    const locked = new Set(before.map(({ messageId }) => messageId));
    if (after.every(({ messageId }) => messageId === null || locked.has(messageId))) {
      return { before, after, messages: new Map(messages.map((message) => [message.id, message])) };
    }
    await sql`rollback to savepoint before_wire`.execute(tx);
  }
  throw new Error('Messages were settled faster than their acknowledgements could be applied.');
}

// One statement cannot write the same ledger row twice.
function mergeById(facts: readonly SentFact[]): Map<string, Heard> {
  const merged = new Map<string, Heard>();
  for (const fact of facts) {
    const known = merged.get(fact.waId);
    merged.set(fact.waId, {
      waId: fact.waId,
      remoteJid: known?.remoteJid ?? fact.remoteJid,
      fromMe: known?.fromMe ?? fact.fromMe,
      status: rankOf(fact.status) > rankOf(known?.status ?? null) ? fact.status : (known?.status ?? null),
      ...tellingMost(known, fact),
    });
  }
  return merged;
}

// An echo tells most of a message, and what its owner typed is no echo, whatever the backend's records say of it.
const tellingOrder: readonly HeardAs[] = ['acknowledgement', 'history', 'typed', 'echo'];

function tellingMost(known: Heard | undefined, fact: Heard): Pick<Heard, 'as' | 'kind' | 'fingerprint' | 'saidAt'> {
  const isMore = known === undefined || tellingOrder.indexOf(fact.as) > tellingOrder.indexOf(known.as);
  const { as, kind, fingerprint, saidAt } = isMore ? fact : known;
  return { as, kind, fingerprint, saidAt };
}

// Only holders of the number's lock change what is compared here, so the look before the write is still true.
function tellNews(before: readonly WireRow[], facts: readonly SentFact[]): AppliedFact[] {
  const known = new Map(
    before.map(({ waId, status, isEchoed, fromMe }) => [waId, { rank: rankOf(status), isEchoed, fromMe }]),
  );
  return facts.map((fact) => {
    const now = known.get(fact.waId) ?? { rank: 0, isEchoed: false, fromMe: null };
    const isNew =
      fact.status !== null
        ? rankOf(fact.status) > now.rank
        : fact.as === 'echo'
          ? !now.isEchoed
          : now.fromMe === null && fact.fromMe !== null;
    known.set(fact.waId, {
      rank: Math.max(now.rank, rankOf(fact.status)),
      isEchoed: now.isEchoed || fact.as === 'echo',
      fromMe: now.fromMe ?? fact.fromMe,
    });
    return { isNew, events: [] };
  });
}

const progress: readonly string[] = ['sent', 'delivered', 'read', 'played'];

/** Where an acknowledgement takes a message; undefined where it is that far already or was never sent. */
function nextOf({ id, status, statusReason }: SentMessageRow, heard: WireStatus | null): Advance | undefined {
  if (heard === null) return undefined;
  if (heard === 'error' || heard === 'server_ack') {
    const reason = heard === 'error' ? reportedFailed : null;
    return status === 'sent' && statusReason !== reason ? { id, status, statusReason: reason } : undefined;
  }
  const from = progress.indexOf(status);
  return from >= 0 && progress.indexOf(heard) > from ? { id, status: heard, statusReason: null } : undefined;
}

// Each once, though an acknowledgement of reading may come without one of delivery, or before it.
function progressEvents(
  number: Pick<LockedNumber, 'id' | 'userId' | 'instanceName' | 'alias'>,
  message: SentMessageRow,
  { status: next }: Advance,
): NewEvent[] {
  if (next === 'sent') return [];
  const types: EventType[] = [];
  if (!message.isDelivered) types.push('message.delivered');
  if (next !== 'delivered' && !message.isRead) types.push('message.read');
  if (next === 'played' && !message.isPlayed) types.push('message.played');
  return types.map((type) => ({
    userId: number.userId,
    type,
    phoneNumberId: number.id,
    messageId: message.id,
    payload: {
      message_id: message.id,
      phone_number_id: number.id,
      instance_name: number.instanceName,
      alias: number.alias,
      to: addressOf(message.remoteJid),
      kind: message.kind,
      status: type.slice('message.'.length),
      status_reason: null,
      whatsapp_id: message.whatsappId,
      remote_jid: message.remoteJid,
    },
  }));
}

function rankOf(status: WireStatus | null): number {
  return status === null ? 0 : wireStatuses.indexOf(status) + 1;
}

function isPresent<T>(value: T | null): value is T {
  return value !== null;
}
