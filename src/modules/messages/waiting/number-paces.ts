import type { Kysely } from 'kysely';
import { DomainError } from '../../../platform/errors.ts';
import type { DB } from '../../../schema.ts';
import type { SendableNumber } from '../../phone-numbers/index.ts';
import { giveBackPace, type PaceLimit, type PaceTaken, readPace, type Taken, takePace } from './number-paces-system.ts';

/** Takes back what was counted, for a send that was refused later; a failure to do so only costs the number a wait. */
export type GiveBack = () => Promise<void>;

export type NumberPaces = ReturnType<typeof createNumberPaces>;

/** How fast, and how often on a day, each number may send. */
export function createNumberPaces(deps: { db: Kysely<DB> }) {
  async function tryTake(number: Pick<SendableNumber, 'id' | 'isPaced'>): Promise<PaceTaken> {
    return number.isPaced ? takePace(deps.db, number.id) : { taken: unbound, waitMs: null };
  }

  const giveBackOf =
    (number: Pick<SendableNumber, 'id' | 'isPaced'>, taken: Taken): GiveBack =>
    async () => {
      if (number.isPaced) await giveBackPace(deps.db, number.id, taken).catch(ignore);
    };

  return {
    /** Counts a send that leaves now. Throws `number_paced` where the number may not send yet. */
    async take(number: Pick<SendableNumber, 'id' | 'isPaced'>): Promise<GiveBack> {
      const pace = await tryTake(number);
      if (pace.taken === null) throw numberPaced(pace);
      return giveBackOf(number, pace.taken);
    },

    /** Milliseconds until the number may send; 0 where it may now. Nothing is counted. */
    async waitMs(number: Pick<SendableNumber, 'id' | 'isPaced'>): Promise<number> {
      return number.isPaced ? readPace(deps.db, number.id) : 0;
    },

    /** The same as `take` for a send that can wait: the milliseconds after which to try again, where it may not leave now. */
    async takeOrWait(
      number: Pick<SendableNumber, 'id' | 'isPaced'>,
    ): Promise<{ giveBack: GiveBack; waitMs: null } | { waitMs: number }> {
      const { taken, waitMs } = await tryTake(number);
      return taken === null ? { waitMs } : { giveBack: giveBackOf(number, taken), waitMs: null };
    },
  };
}

const unbound: Taken = { day: '', nextAt: '' };

const sentences = {
  send_interval: 'This phone number may not send again yet: its pace (send_interval_ms, send_jitter_ms) holds it up.',
  daily_cap: 'This phone number has sent as often as it may today (daily_cap). The next day begins at 00:00 UTC.',
} as const satisfies Record<PaceLimit, string>;

function numberPaced({ waitMs, limit }: { waitMs: number; limit: PaceLimit }): DomainError {
  return new DomainError('number_paced', sentences[limit], {
    kind: 'limit',
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
    details: { limit },
  });
}

function ignore(): void {}
