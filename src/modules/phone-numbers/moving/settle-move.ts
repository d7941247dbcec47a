import type { Transaction } from 'kysely';
import type { Ids } from '../../../platform/ids.ts';
import type { DB } from '../../../schema.ts';
import { confirm, lockBackend, release, unassign } from '../../backends/index.ts';
import { appendEvents, type NewEvent } from '../../events/index.ts';
import { applyConnectionFacts } from '../connecting/apply-connection.ts';
import { type LockedNumber, lockNumberForFacts, saveConnection } from '../connecting/connection-system.ts';
import {
  arrivalReason,
  endMove,
  endOtherSecrets,
  endSecret,
  type Move,
  setStage,
  settleOnTarget,
} from './moves-system.ts';

/**
 * The number stops sending, and its user hears why, before its old backend is asked to log it out. Answers false where
 * the move is somebody else's, or the number is gone.
 */
export async function markLeaving(tx: Transaction<DB>, ids: Ids, move: Move): Promise<boolean> {
  const number = await lockNumberForFacts(tx, move.phoneNumberId);
  if (number === undefined || !(await setStage(tx, move, 'preparing', 'leaving'))) return false;
  const reason = move.reason === null ? 'moving' : 'recreating';
  await saveConnection(tx, number.id, { status: 'disconnected', statusReason: reason, qr: null, attempt: 'ended' });
  if (number.status === 'connected') await appendEvents(tx, ids, [eventOf('number.disconnected', number, { reason })]);
  return true;
}

/** The number lives on the new backend from here on. Answers false when it was deleted meanwhile, and changes nothing. */
export async function settleMove(tx: Transaction<DB>, ids: Ids, move: Move): Promise<boolean> {
  for (const id of [move.fromBackendId, move.toBackendId].sort((a, b) => a - b)) await lockBackend(tx, id);
  const number = await lockNumberForFacts(tx, move.phoneNumberId);
  if (number === undefined || !(await settleOnTarget(tx, move))) return false;
  if (!(await endMove(tx, move.reservationId)))
    throw new Error('A number lives on its target only when its move ends.');
  await confirm(tx, move.reservationId);
  await unassign(tx, move.fromBackendId);
  await endOtherSecrets(tx, number.id, move.inboundSecretId);
  const type = move.fromBackendId === move.toBackendId ? 'number.disconnected' : 'number.moved';
  const arrived = eventOf(type, number, { reason: arrivalReason(move), cause: move.reason });
  await appendEvents(tx, ids, [arrived, ...(await openAtOnce(tx, move))]);
  return true;
}

// A line without a phone is open as soon as it exists, and its server tells nobody.
async function openAtOnce(tx: Transaction<DB>, move: Move): Promise<NewEvent[]> {
  if (move.integration === 'WHATSAPP-BAILEYS') return [];
  const number = await lockNumberForFacts(tx, move.phoneNumberId);
  return number === undefined ? [] : applyConnectionFacts(tx, number, [{ kind: 'state', state: 'open', at: null }]);
}

/** Gives the place on the new backend back. */
export async function undoMove(tx: Transaction<DB>, move: Move): Promise<void> {
  if (!(await endMove(tx, move.reservationId))) return;
  await release(tx, move.reservationId);
  await endSecret(tx, move.inboundSecretId);
}

function eventOf(
  type: Extract<NewEvent['type'], 'number.moved' | 'number.disconnected'>,
  number: LockedNumber,
  { reason, cause = null }: { reason: string; cause?: string | null },
): NewEvent {
  return {
    userId: number.userId,
    type,
    phoneNumberId: number.id,
    messageId: null,
    payload: {
      phone_number_id: number.id,
      instance_name: number.instanceName,
      alias: number.alias,
      display_name: number.displayName,
      phone_number: number.phoneNumber,
      status: 'disconnected',
      status_reason: reason,
      ...(cause === null ? {} : { cause }),
    },
  };
}
