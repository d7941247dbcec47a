import type { Kysely, Transaction } from 'kysely';
import { bareJid, chatKey, jidKind } from '../../../evolution/jid.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import { appendEvents } from '../../events/index.ts';
import { type LockedNumber, lockNumberForFacts } from '../../phone-numbers/index.ts';
import { isMediaKind } from '../drafts/draft.ts';
import { addressOf } from '../message.ts';
import { advanceTo } from './apply-status.ts';
import {
  type Addressed,
  findUnclaimed,
  findUnproven,
  listOpenCases,
  lockUnclaimed,
  lockUnproven,
  readLidAddresses,
  saveProven,
  type UnclaimedRow,
  type UnprovenRow,
} from './evidence-system.ts';
import { type Proof, pairEvidence } from './pair-evidence.ts';

const lookAgainAfterMs = 60_000;
const casesMax = 10_000;
const perChatMax = 500;

/**
 * Periodic: unknown messages of which a backend told, by an echo or in its own records, become `sent`, whichever came
 * first. Safe in parallel: a number's lock lets one process at a time decide, with all it needs read under it.
 */
export function createSettleByEvidence(deps: { db: Kysely<DB>; ids: Ids; logger: Logger }) {
  const looked = new Map<number, { state: string; at: number }>();

  function isNew(phoneNumberId: number, state: string): boolean {
    const last = looked.get(phoneNumberId);
    return last?.state !== state || performance.now() - last.at > lookAgainAfterMs;
  }

  return async function settleByEvidence(): Promise<void> {
    for (const { phoneNumberId, state } of await listOpenCases(deps.db)) {
      if (!isNew(phoneNumberId, state)) continue;
      const proofs = await inTransaction(deps.db, (tx) => settleNumber(tx, deps.ids, phoneNumberId));
      if (looked.size >= casesMax) looked.clear();
      looked.set(phoneNumberId, { state, at: performance.now() });
      if (proofs.length === 0) continue;
      deps.logger.info(
        { event: 'messages_proven', phone_number_id: phoneNumberId, count: proofs.length },
        'unknown messages were sent, as their backend tells',
      );
    }
  };
}

async function settleNumber(tx: Transaction<DB>, ids: Ids, phoneNumberId: number): Promise<Proof[]> {
  const number = await lockNumberForFacts(tx, phoneNumberId);
  if (number === undefined) return [];
  const found = await findUnproven(tx, phoneNumberId);
  if (found.since === undefined) return [];
  const told = await findUnclaimed(tx, phoneNumberId, found.since);
  const chatOf = await readChats(tx, phoneNumberId, [...found.messages, ...told]);
  const cases = casesOf(found.messages, told, chatOf);
  if (cases.length === 0) return [];
  // Only from here on is it true: whoever settles a message holds its row, and claims its evidence before that is read.
  const messages = await lockUnproven(
    tx,
    cases.flatMap(({ messageIds }) => messageIds),
  );
  const unclaimed = await lockUnclaimed(
    tx,
    phoneNumberId,
    cases.flatMap(({ waIds }) => waIds),
  );
  const proofs = pairByChat(messages, unclaimed, chatOf);
  if (proofs.length > 0) await prove(tx, ids, number, { proofs, messages, unclaimed });
  return proofs;
}

type ChatOf = (of: { remoteJid: string; kind?: string | null }) => string;

async function readChats(
  tx: Transaction<DB>,
  phoneNumberId: number,
  addressed: readonly Pick<Addressed, 'remoteJid'>[],
): Promise<ChatOf> {
  const addresses = new Set(addressed.map(({ remoteJid }) => bareJid(remoteJid)));
  const lids = [...addresses].filter((jid) => jidKind(jid) === 'lid');
  const behind = await readLidAddresses(tx, phoneNumberId, lids);
  return ({ remoteJid, kind }) =>
    kind === 'status' ? statusChat : chatKey(behind.get(bareJid(remoteJid)) ?? bareJid(remoteJid));
}

/** Chats with both messages to prove and evidence; of each the first, so that one chat does not take all the time. */
function casesOf(
  messages: readonly Addressed[],
  told: readonly Addressed[],
  chatOf: ChatOf,
): { messageIds: string[]; waIds: string[] }[] {
  const toldByChat = Map.groupBy(told, chatOf);
  return [...Map.groupBy(messages, chatOf)].flatMap(([chat, ofChat]) => {
    const evidence = toldByChat.get(chat) ?? [];
    if (evidence.length === 0) return [];
    const firstOf = (all: readonly Addressed[]) => all.slice(0, perChatMax).map(({ id }) => id);
    return [{ messageIds: firstOf(ofChat), waIds: firstOf(evidence) }];
  });
}

function pairByChat(messages: readonly UnprovenRow[], unclaimed: readonly UnclaimedRow[], chatOf: ChatOf): Proof[] {
  const byChat = Map.groupBy(unclaimed, chatOf);
  return [...Map.groupBy(messages, chatOf)].flatMap(([chat, ofChat]) => {
    const unproven = (status: UnprovenRow['status']) =>
      ofChat.filter((message) => message.status === status).map((message) => ({ ...message, chat }));
    const evidence = (byChat.get(chat) ?? []).map((each) => ({
      ...each,
      echoedAt: each.echoedAt ?? undefined,
      chat,
    }));
    return pairEvidence(unproven('unknown'), unproven('sending'), evidence);
  });
}

const statusChat = 'status@broadcast';

async function prove(
  tx: Transaction<DB>,
  ids: Ids,
  number: LockedNumber,
  { proofs, messages, unclaimed }: { proofs: Proof[]; messages: UnprovenRow[]; unclaimed: UnclaimedRow[] },
): Promise<void> {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const byWaId = new Map(unclaimed.map((each) => [each.waId, each]));
  const proven = proofs.flatMap((proof) => {
    const message = byId.get(proof.messageId);
    const evidence = byWaId.get(proof.waId);
    return message === undefined || evidence === undefined ? [] : [{ proof, message, evidence }];
  });
  await saveProven(
    tx,
    number,
    proven.map(({ proof, message, evidence }) => ({
      ...proof,
      remoteJid: evidence.remoteJid,
      isMedia: isMediaKind(message.kind),
      eventId: ids.uuidv7(),
      payload: JSON.stringify(payloadOf(number, proof, message, evidence)),
    })),
  );
  const events = await advanceTo(
    tx,
    number,
    proven.map(({ message, evidence }) => ({ messageId: message.id, status: evidence.status })),
  );
  await appendEvents(tx, ids, events);
}

function payloadOf(number: LockedNumber, proof: Proof, message: UnprovenRow, evidence: UnclaimedRow): object {
  return {
    message_id: message.id,
    phone_number_id: number.id,
    instance_name: number.instanceName,
    alias: number.alias,
    to: addressOf(message.remoteJid),
    kind: message.kind,
    status: 'sent',
    status_reason: null,
    whatsapp_id: proof.waId,
    remote_jid: evidence.remoteJid,
    evidence: proof.by,
  };
}
