import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../../platform/logger.ts';
import type { SettleBatch, Settled, Settlement } from './settle.ts';

export type SettleSurely = (settlement: Settlement) => Promise<Settled>;

const pauseMsMax = 5_000;

/**
 * Settles a message however long the database is away: settling is idempotent, so it is simply tried again. Only the
 * end of this process leaves a message `sending`; its lease then makes it `unknown`.
 */
export function createSettleSurely(deps: { batch: SettleBatch; logger: Logger; closing: AbortSignal }): SettleSurely {
  return async (settlement) => {
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
      try {
        return await deps.batch.add(settlement);
      } catch (error) {
        if (deps.closing.aborted) throw error;
        deps.logger.error(
          { event: 'settle_failed', message_id: settlement.messageId, err: error },
          'will settle again',
        );
        await setTimeout(pauseMs, undefined, { signal: deps.closing }).catch(() => undefined);
      }
    }
  };
}
