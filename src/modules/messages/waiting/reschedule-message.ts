import type { Kysely } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import { DomainError } from '../../../platform/errors.ts';
import type { DB } from '../../../schema.ts';
import { noSuchMessage } from '../errors.ts';
import type { Message } from '../message.ts';
import { findMessage } from '../messages-repository.ts';
import { requireAhead } from '../sending/sending-options.ts';
import { type Rescheduling, rescheduleWaiting } from './waiting-messages-repository.ts';

/** Changes when a message that waits leaves. Throws `invalid_request`, `not_found`, `not_reschedulable`. */
export function createRescheduleMessage(deps: { db: Kysely<DB>; clock: Pick<Clock, 'now'>; ringSendLane(): void }) {
  return async function rescheduleMessage(userId: number, id: string, change: Rescheduling): Promise<Message> {
    if (change.sendAt !== undefined) requireAhead(change.sendAt, deps.clock.now());
    const isChanged = await rescheduleWaiting(deps.db, userId, id, change);
    const message = await findMessage(deps.db, userId, id);
    if (message === undefined) throw noSuchMessage();
    if (!isChanged) throw notReschedulable(message);
    deps.ringSendLane();
    return message;
  };
}

function notReschedulable({ id, status }: Message): DomainError {
  return new DomainError(
    'not_reschedulable',
    `Only a message that waits can leave at another time; this one is ${status}.`,
    { kind: 'conflict', details: { message_id: id, status } },
  );
}
