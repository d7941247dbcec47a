import type { Kysely } from 'kysely';
import { jidKind } from '../../../evolution/jid.ts';
import { DomainError } from '../../../platform/errors.ts';
import type { DB } from '../../../schema.ts';
import type { Backends } from '../../backends/index.ts';
import type { PhoneNumbers } from '../../phone-numbers/index.ts';
import { requireActionSupport } from '../drafts/kind-support.ts';
import { noSuchReference } from '../errors.ts';
import { actionWithinMsUsual, translateActionFailure } from './action-errors.ts';
import { listReceived } from './action-repository.ts';

type Deps = {
  db: Kysely<DB>;
  phoneNumbers: Pick<PhoneNumbers, 'requireConnected'>;
  backends: Pick<Backends, 'requireUsable'>;
  resolveRecipient(phoneNumberId: number, number: string): Promise<string>;
  actionWithinMs?: number;
};

export type Presence = 'composing' | 'recording' | 'paused' | 'available' | 'unavailable';

const presencesMax = 24;
const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Marks received messages as read; answers how many. Those of chats under a hidden address (`@lid`) stay as they are: a
 * backend passes over them. Throws `not_found` where one is unknown, `action_not_supported` and so on.
 */
export function createMarkRead({
  db,
  phoneNumbers,
  backends,
  actionWithinMs: deadlineMs = actionWithinMsUsual,
}: Omit<Deps, 'resolveRecipient'>) {
  return async function markRead(userId: number, token: string, asked: readonly string[]): Promise<number> {
    const number = await phoneNumbers.requireConnected(userId, token);
    requireActionSupport('mark messages as read', number.integration);
    const wanted = new Set(asked);
    const received = await listReceived(db, userId, number.id, {
      ids: [...wanted].filter((id) => isUuid.test(id)),
      whatsappIds: [...wanted],
    });
    const known = new Set(received.flatMap(({ id, ref }) => [id, ref.id]));
    if ([...wanted].some((id) => !known.has(isUuid.test(id) ? id.toLowerCase() : id)))
      throw noSuchReference('message_ids');
    const refs = received
      .map(({ ref }) => ref)
      .filter(({ remoteJid }) => ['user', 'group'].includes(jidKind(remoteJid)));
    if (refs.length === 0) return 0;
    const { actions } = await backends.requireUsable(number.backendId);
    const call = { instance: number.backendName, refs, deadlineMs };
    await actions.markRead(call).catch(translateActionFailure(number.backendName));
    return refs.length;
  };
}

/**
 * Shows "typing…" and its like in a chat for a while; resolves when it is over. One at a time per phone number, unless
 * the wish allows more. Throws
 * `presence_under_way` and `overloaded` beside what resolving the number and calling its backend throw.
 */
export function createShowPresence(deps: Deps) {
  const { actionWithinMs = actionWithinMsUsual } = deps;
  const shown = new Map<number, number>();
  let shownInAll = 0;
  return async function showPresence(
    userId: number,
    wish: { from: string | number; number: string; state: Presence; durationMs: number; atOnceMax?: number },
  ): Promise<void> {
    const number = await deps.phoneNumbers.requireConnected(userId, wish.from);
    requireActionSupport('show a presence', number.integration);
    const recipient = await deps.resolveRecipient(number.id, wish.number);
    const { actions } = await deps.backends.requireUsable(number.backendId);
    // Each holds a connection of the backend as long as it lasts.
    const count = shown.get(number.id) ?? 0;
    if (count >= (wish.atOnceMax ?? 1)) throw presenceUnderWay();
    if (shownInAll >= presencesMax) throw tooMany();
    shown.set(number.id, count + 1);
    shownInAll++;
    try {
      await actions
        .presence({
          instance: number.backendName,
          number: recipient,
          state: wish.state,
          delayMs: wish.durationMs,
          deadlineMs: wish.durationMs + actionWithinMs,
        })
        .catch(translateActionFailure(number.backendName));
    } finally {
      shownInAll--;
      const left = (shown.get(number.id) ?? 1) - 1;
      if (left > 0) shown.set(number.id, left);
      else shown.delete(number.id);
    }
  };
}

function presenceUnderWay(): DomainError {
  const sentence = 'This phone number shows a presence just now. Try again when it is over.';
  return new DomainError('presence_under_way', sentence, { kind: 'conflict', retryAfterSeconds: 2 });
}

function tooMany(): DomainError {
  return new DomainError('overloaded', 'Too many presences are shown just now. Try again shortly.', {
    kind: 'unavailable',
    retryAfterSeconds: 2,
  });
}
