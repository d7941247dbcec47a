import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Alarm } from '../../platform/alarm/alarm.ts';
import { isDatabaseTrouble } from '../../platform/database/failures.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import { createLane, type Lane } from '../../platform/lane/lane.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { applyCalls, readClaimed, saidSince } from './apply-calls.ts';
import { noteGapOfNumber } from './gap-repairs-system.ts';
import { type ClaimedCall, claimCalls, putBack } from './inbound-calls-system.ts';

/** The lane's name, by which it is rung. */
export const inboundLane = 'inbound';

export type InboundLaneDeps = {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  alarm: Pick<Alarm, 'ring' | 'onRing'>;
  /** After this long another worker takes over what one has claimed; 30,000 if unset. */
  leaseMs?: number;
  /** The wait after a call's first failure, doubled with each further one; 1,000 if unset. */
  retryMs?: number;
  /** Calls that wait to be stored at this moment; while there are any, applying leaves them the database for a while. */
  waitingToBeStored?(): number;
  /** Without being rung, the lane looks this often; 5,000 if unset. */
  lookEveryMs?: number;
};

const perNumberMax = 64;
const numbersAtOnce = 4;
const attemptsMax = 10;
const retryMsMax = 300_000;
const giveWayMs = 5;
const giveWayMsMax = 25;

/**
 * Applies stored calls: numbers in turn, one transaction for a number's calls of one claim. Where that fails they are
 * tried one by one, so that a bad call holds up no other; the bad one comes again later, `failed` after 10 attempts.
 */
export function createInboundLane(deps: InboundLaneDeps): Lane {
  const { db, logger } = deps;
  const busyNumbers = new Set<number>();
  let afterNumber = 0;

  async function claim(limit: number): Promise<ClaimedCall[]> {
    let calls = await claimAfter(afterNumber, limit);
    if (calls.length === 0 && afterNumber > 0) calls = await claimAfter(0, limit);
    afterNumber = calls.at(-1)?.phoneNumberId ?? 0;
    for (const call of calls) busyNumbers.add(call.phoneNumberId);
    return calls;
  }

  function claimAfter(after: number, limit: number): Promise<ClaimedCall[]> {
    const { leaseMs = 30_000 } = deps;
    return claimCalls(db, { limit, perNumberMax, leaseMs, afterNumber: after, busyNumbers: [...busyNumbers] });
  }

  async function work(calls: ClaimedCall[]): Promise<void> {
    const waiting = [...Map.groupBy(calls, (call) => call.phoneNumberId)];
    const workers = Array.from({ length: Math.min(numbersAtOnce, waiting.length) }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await giveWay();
        const [phoneNumberId, ofNumber] = next;
        await workNumber(phoneNumberId, ofNumber)
          .catch((error) => logLeft(phoneNumberId, error))
          .finally(() => makeFree(phoneNumberId));
      }
    });
    await Promise.all(workers);
  }

  // A caller waits for the one, and nobody for the other. It also makes for fewer and larger transactions under load.
  async function giveWay(): Promise<void> {
    const { waitingToBeStored = () => 0 } = deps;
    for (let waited = 0; waited < giveWayMsMax && waitingToBeStored() > 0; waited += giveWayMs) {
      await setTimeout(giveWayMs);
    }
  }

  // Claims here and in other processes left the number out: what came for it meanwhile rings for nobody else.
  function makeFree(phoneNumberId: number): void {
    busyNumbers.delete(phoneNumberId);
    deps.alarm.ring(inboundLane);
  }

  function logLeft(phoneNumberId: number, error: unknown): void {
    logger.error(
      { event: 'inbound_calls_left', phone_number_id: phoneNumberId, err: error },
      'inbound calls left to their lease',
    );
  }

  async function workNumber(phoneNumberId: number, calls: readonly ClaimedCall[]): Promise<void> {
    try {
      await apply(phoneNumberId, calls);
    } catch (error) {
      const [first] = calls;
      if (first === undefined) return;
      if (isDatabaseTrouble(error) || calls.length === 1) await giveBack(calls, error);
      else for (const call of calls) await workNumber(phoneNumberId, [call]);
    }
  }

  async function apply(phoneNumberId: number, calls: readonly ClaimedCall[]): Promise<void> {
    const read = calls.map(readClaimed);
    await inTransaction(db, (tx) => applyCalls(tx, deps, phoneNumberId, read));
  }

  // The database's own trouble is no fault of the call: however long it lasts, the call is tried again.
  async function giveBack(calls: readonly ClaimedCall[], error: unknown): Promise<void> {
    const isTrouble = isDatabaseTrouble(error);
    for (const call of calls) {
      const failed = !isTrouble && call.attempt >= attemptsMax;
      const delayMs = Math.min((deps.retryMs ?? 1_000) * 2 ** Math.min(call.attempt - 1, 20), retryMsMax);
      logger.error(
        { event: 'inbound_call_not_applied', inbound_call_id: call.id, attempt: call.attempt, failed, err: error },
        'inbound call not applied',
      );
      await inTransaction(db, async (tx) => {
        await putBack(tx, call, { failed, note: noteOf(error), delayMs });
        if (failed) await noteGapOfNumber(tx, call.phoneNumberId, saidSince(call), 'call_failed');
      });
    }
  }

  return createLane<ClaimedCall>({
    name: inboundLane,
    alarm: deps.alarm,
    logger,
    claim,
    workBatch: work,
    concurrency: 2,
    batchSize: 256,
    ...(deps.lookEveryMs === undefined ? {} : { lookEveryMs: deps.lookEveryMs }),
  });
}

// The message of a database error may quote what a stranger wrote.
function noteOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error';
  return 'code' in error && typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name;
}
