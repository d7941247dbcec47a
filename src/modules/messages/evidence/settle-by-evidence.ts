import type { Kysely, Transaction } from 'kysely';
import { bareJid, chatKey, jidKind } from '../../../evolution/jid.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import { appendEvents } from '../../events/index.ts';
import { type LockedNumber, lockNumberForFacts } from '../../phone-numbers/index.ts';
import { isMediaKind } from '../drafts/draft.ts';
import { advanceTo } from './apply-status.ts';
import {
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
  const messages = await lockUnproven(tx, phoneNumberId);
  if (!messages.some(({ status }) => status === 'unknown')) return [];
  const unclaimed = await lockUnclaimed(tx, phoneNumberId);
  const proofs = await pair(tx, phoneNumberId, messages, unclaimed);
  if (proofs.length > 0) await prove(tx, ids, number, { proofs, messages, unclaimed });
  return proofs;
}

async function pair(
  tx: Transaction<DB>,
  phoneNumberId: number,
  messages: readonly UnprovenRow[],
  unclaimed: readonly UnclaimedRow[],
): Promise<Proof[]> {
  const addresses = [...messages, ...unclaimed].map(({ remoteJid }) => bareJid(remoteJid));
  const behind = await readLidAddresses(
    tx,
    phoneNumberId,
    addresses.filter((jid) => jidKind(jid) === 'lid'),
  );
  const chatOf = (jid: string) => chatKey(behind.get(bareJid(jid)) ?? bareJid(jid));
  const unproven = (status: UnprovenRow['status']) =>
    messages
      .filter((message) => message.status === status)
      .map((message) => ({
        ...message,
        chat: message.kind === 'status' ? statusChat : chatOf(message.remoteJid),
      }));
  const evidence = unclaimed.map((each) => ({
    ...each,
    echoedAt: each.echoedAt ?? undefined,
    chat: chatOf(each.remoteJid),
  }));
  return pairEvidence(unproven('unknown'), unproven('sending'), evidence);
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
    to: message.remoteJid,
    kind: message.kind,
    status: 'sent',
    status_reason: null,
    whatsapp_id: proof.waId,
    remote_jid: evidence.remoteJid,
    evidence: proof.by,
  };
}
