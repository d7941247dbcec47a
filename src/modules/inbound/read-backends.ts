import type { Kysely } from 'kysely';
import { EvolutionError } from '../../evolution/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import { createLeases } from '../../platform/lease/leases.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import type { Backends } from '../backends/index.ts';
import { listReadableBackends } from './ack-fallback-system.ts';
import { createApplyRecords } from './apply-records.ts';
import { askAcknowledgements } from './ask-acknowledgements.ts';
import {
  endGap,
  findDueGap,
  type GapRepair,
  noteGapsOfConnected,
  putGapBack,
  removeLostGaps,
  takeReturns,
} from './gap-repairs-system.ts';
import { repairGap } from './repair-gap.ts';

export type ReadBackends = {
  /** Periodic: see `createReadBackends`. */
  run(): Promise<void>;
  /** Begins no further query, and waits for those under way. */
  close(): Promise<void>;
};

const leaseMs = 60_000;
const roundMs = 20_000;
const askAgainAfterMs = 20_000;
const retryMsMin = 10_000;
const retryMsMax = 3_600_000;
const givenUpAfterHours = 24;

/** No further query: the process ends, or somebody else took over. */
class NoMoreQueries extends Error {}

/**
 * Periodic: reads back from backends what they may have called about in vain: messages of numbers with a gap, and
 * acknowledgements that never came. One query at a time per backend, over all processes: whoever holds its lease asks.
 */
export function createReadBackends(deps: {
  db: Kysely<DB>;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  backends: Pick<Backends, 'requireUsable'>;
}): ReadBackends {
  const { db, logger, clock } = deps;
  const leases = createLeases({ db, holder: deps.ids.base62(16) });
  const applyRecords = createApplyRecords(deps);
  const askedAt = new Map<number, number>();
  let isClosing = false;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    await noteReturns();
    await giveUpLost();
    await Promise.all((await listReadableBackends(db)).map(readBackend));
  }

  async function noteReturns(): Promise<void> {
    const returns = await inTransaction(db, async (tx) => {
      const taken = await takeReturns(tx);
      for (const { backendId, downAt } of taken) {
        await noteGapsOfConnected(tx, { backendId, since: downAt, reason: 'backend_down' });
      }
      return taken;
    });
    for (const { backendId, downAt } of returns) {
      logger.warn(
        { event: 'backend_was_away', backend_id: backendId, since: downAt },
        'gaps of a backend are read back',
      );
    }
  }

  async function giveUpLost(): Promise<void> {
    for (const { phoneNumberId, backendId, since, attempt } of await removeLostGaps(db, givenUpAfterHours)) {
      logger.error(
        { event: 'gap_given_up', phone_number_id: phoneNumberId, backend_id: backendId, since, attempt },
        'what was missed of a phone number could not be read back for 24 h; it stays missing',
      );
    }
  }

  async function readBackend(backendId: number): Promise<void> {
    const isAcknowledgementsTurn =
      clock.monotonicMs() - (askedAt.get(backendId) ?? -askAgainAfterMs) >= askAgainAfterMs;
    if (!isAcknowledgementsTurn && (await findDueGap(db, backendId)) === undefined) return;
    const name = `backend-reads:${backendId}`;
    const lease = await leases.acquire(name, leaseMs);
    if (lease === null) return;
    const beganAt = clock.monotonicMs();
    const mayAsk = async () => {
      if (isClosing || !(await leases.renew(name, lease.epoch, leaseMs))) throw new NoMoreQueries();
    };
    try {
      while (clock.monotonicMs() - beganAt < roundMs && (await repairNext(backendId, mayAsk)));
      if (!isAcknowledgementsTurn) return;
      askedAt.set(backendId, clock.monotonicMs());
      const { control: client } = await deps.backends.requireUsable(backendId);
      await askAcknowledgements({ db, client, backendId, mayAsk, applyRecords });
    } catch (error) {
      if (!(error instanceof NoMoreQueries)) {
        logger.warn({ event: 'backend_not_read', backend_id: backendId, err: error }, 'a backend could not be read');
      }
    } finally {
      await leases.release(name, lease.epoch).catch(() => undefined);
    }
  }

  /** Answers whether to go on with the next one. */
  async function repairNext(backendId: number, mayAsk: () => Promise<void>): Promise<boolean> {
    const gap = await findDueGap(db, backendId);
    if (gap === undefined) return false;
    try {
      const { control: client } = await deps.backends.requireUsable(backendId);
      const repaired = await repairGap({ client, gap, now: clock.now(), mayAsk, applyRecords });
      await endGap(db, gap);
      logRepaired(gap, repaired);
      return true;
    } catch (error) {
      if (error instanceof NoMoreQueries) throw error;
      const delayMs = Math.min(retryMsMin * 2 ** Math.min(gap.attempt, 20), retryMsMax);
      await putGapBack(db, gap, delayMs);
      logger.warn(
        {
          event: 'gap_not_repaired',
          phone_number_id: gap.phoneNumberId,
          attempt: gap.attempt + 1,
          delayMs,
          err: error,
        },
        'what was missed of a phone number could not be read back yet',
      );
      return error instanceof EvolutionError && ['not_found', 'refused', 'not_connected'].includes(error.kind);
    }
  }

  function logRepaired(
    gap: GapRepair,
    { events, pages, isWhole }: { events: number; pages: number; isWhole: boolean },
  ): void {
    const facts = { phone_number_id: gap.phoneNumberId, since: gap.since, reason: gap.reason, events, pages };
    if (isWhole) logger.info({ event: 'gap_repaired', ...facts }, 'what was missed of a phone number was read back');
    else logger.error({ event: 'gap_not_whole', ...facts }, 'not all of what was missed could be read back');
  }

  return {
    async run() {
      if (isClosing) return;
      running = run();
      await running;
    },
    async close() {
      isClosing = true;
      await running?.catch(() => undefined);
    },
  };
}
