import type { Transaction } from 'kysely';
import type { Ids } from '../../../platform/ids.ts';
import type { DB } from '../../../schema.ts';
import { confirm, release, unassign } from '../../backends/index.ts';
import { appendEvents, type NewEvent } from '../../events/index.ts';
import { applyConnectionFacts, type ConnectionFact } from '../connecting/apply-connection.ts';
import { lockNumberForFacts } from '../connecting/connection-system.ts';
import { markDeleted, removeOnceMore } from '../deletion-system.ts';
import type { Integration } from '../phone-number.ts';
import type { Creation } from './creation.ts';
import { endCreation } from './creation-system.ts';

/**
 * Ends a creation well: the reserved place becomes an assigned one, and the user hears of the number. Whoever comes
 * second changes nothing; an instance whose number was deleted meanwhile is handed to removeDeleted.
 */
export async function confirmCreation(
  tx: Transaction<DB>,
  ids: Ids,
  creation: Creation,
  qr: { image: string; text: string | null; pairingCode: string | null } | null,
): Promise<void> {
  const isAssigned = await confirm(tx, creation.reservationId);
  const number = await lockNumberForFacts(tx, creation.id);
  if (number === undefined) {
    if (isAssigned) await unassign(tx, creation.backendId);
    await removeOnceMore(tx, creation.id, creation.backendName);
    return;
  }
  if (!(await endCreation(tx, creation.id, creation.reservationId))) return;
  const created: NewEvent = {
    userId: creation.userId,
    type: 'number.created',
    phoneNumberId: creation.id,
    messageId: null,
    payload: {
      phone_number_id: creation.id,
      instance_name: number.instanceName,
      alias: number.alias,
      display_name: number.displayName,
    },
  };
  const facts = factsOf(creation.integration, number.status === 'initializing' ? qr : null);
  await appendEvents(tx, ids, [created, ...(await applyConnectionFacts(tx, number, facts))]);
}

/** Ends the creation of a number that its backend does not have: place and plan slot are free again. */
export async function giveBackCreation(
  tx: Transaction<DB>,
  creation: Pick<Creation, 'id' | 'reservationId'>,
): Promise<void> {
  await release(tx, creation.reservationId);
  // The backend may make it after all, when a call reaches it late: removeDeleted has it drop the name.
  if (await endCreation(tx, creation.id, creation.reservationId))
    await markDeleted(tx, creation.id, { removedFromBackend: false });
}

// Lines without a phone are open as soon as they exist, and their server tells nobody.
function factsOf(integration: Integration, qr: Parameters<typeof confirmCreation>[3]): ConnectionFact[] {
  if (integration !== 'WHATSAPP-BAILEYS') return [{ kind: 'state', state: 'open', at: null }];
  return qr === null ? [] : [{ kind: 'qr', at: null, ...qr }];
}
