import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import { DomainError, notFound } from '../../../platform/errors.ts';
import type { DB } from '../../../schema.ts';
import { connectingUnderWay, phoneOnly } from '../errors.ts';
import type { PhoneNumber } from '../phone-number.ts';
import { findPhoneNumber } from '../phone-numbers-repository.ts';
import { findNumberOnBackend, findPlace } from './attempts-system.ts';
import { asked, isMissing, unlessNotConnected } from './backend-answers.ts';
import type { ConnectCalls } from './connect-number.ts';
import type { Flights } from './flights.ts';
import type { NumberLease } from './number-lease.ts';

export type Remake = (id: number, reason: string) => Promise<{ outcome: 'moved' | 'moving' }>;

/**
 * What a user, or an operator for any user, orders for a number's connection. All throw `not_found`,
 * `connecting_under_way`, `creation_under_way`, `move_under_way`, `backend_unavailable` and `backend_failed`.
 */
export function createOrders(deps: {
  db: Kysely<DB>;
  clock: Pick<Clock, 'monotonicMs'>;
  lease: NumberLease;
  calls: ConnectCalls;
  flights: Pick<Flights, 'connect' | 'untilShown'>;
  remake: Remake;
  /** How long an order waits for another one about the same number, or for its creation, to end. */
  waitMs: number;
}) {
  const { calls, lease } = deps;

  return {
    /** Ends its socket and opens it anew, with its credentials; one without them gets a new code. */
    async restart(of: NumberOf): Promise<PhoneNumber> {
      await requireNumber(of);
      const before = await inTurn(of.id, async () => calls.reopen(await calls.placed(of.id)));
      if (before !== 'open' && before !== 'missing') await deps.flights.untilShown(of.id);
      return requireNumber(of);
    },

    /** Takes its credentials away: it is disconnected, and asks for a scan when it is connected again. */
    async logout(of: NumberOf): Promise<PhoneNumber> {
      const { integration } = await requireNumber(of);
      if (integration !== 'WHATSAPP-BAILEYS') throw phoneOnly('logged out');
      await inTurn(of.id, async () => {
        const place = await calls.placed(of.id);
        try {
          await asked(place.backend.control.logout(place.backendName).catch(unlessNotConnected));
        } catch (error) {
          if (!isMissing(error)) throw error;
          return calls.apply(place, { kind: 'missing', at: null });
        }
        await calls.apply(place, { kind: 'logged_out', at: null });
      });
      return requireNumber(of);
    },

    /**
     * Makes it anew under another name on its backend, or on another one where that is not possible; token, endpoints
     * and history stay, and it asks for a scan. `recreating`: the old one is not gone yet, and it goes on by itself. Also
     * throws `number_not_movable` and `no_backend_available`.
     */
    async recreate(
      of: NumberOf,
      reason: string,
    ): Promise<{ outcome: 'recreated' | 'recreating'; number: PhoneNumber }> {
      await requireNumber(of);
      const { outcome } = await inTurn(of.id, () => deps.remake(of.id, reason));
      if (outcome === 'moving') return { outcome: 'recreating', number: await requireNumber(of) };
      // It lives there by now, whatever its first connect leads to.
      await deps.flights.connect(of.id).catch(() => undefined);
      return { outcome: 'recreated', number: await requireNumber(of) };
    },
  };

  async function inTurn<T>(id: number, work: () => Promise<T>): Promise<T> {
    const endsAt = deps.clock.monotonicMs() + deps.waitMs;
    for (;;) {
      try {
        const turn = await lease.exclusively(id, work, deps.waitMs);
        if (turn.kind === 'busy') throw connectingUnderWay();
        return turn.result;
      } catch (error) {
        // A creation is answered with its first code, seconds before its backend is done with it.
        if (!isCreationUnderWay(error) || deps.clock.monotonicMs() >= endsAt) throw error;
        await setTimeout(lookAgainAfterMs);
      }
    }
  }

  async function requireNumber({ id, userId }: NumberOf): Promise<PhoneNumber> {
    const place = await (userId === undefined ? findPlace(deps.db, id) : findNumberOnBackend(deps.db, userId, id));
    const number = place === undefined ? undefined : await findPhoneNumber(deps.db, place.userId, id);
    if (number === undefined) throw notFound('Phone number');
    return number;
  }
}

const lookAgainAfterMs = 100;

function isCreationUnderWay(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'creation_under_way';
}

/** A number of this user, or of anybody. */
export type NumberOf = { id: number; userId?: number };
