import type { Kysely } from 'kysely';
import type { Alarm } from '../../../platform/alarm/alarm.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Ids } from '../../../platform/ids.ts';
import { createLane, type Lane } from '../../../platform/lane/lane.ts';
import type { WakeLater } from '../../../platform/lane/wake-later.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import type { Surely } from '../sending/surely.ts';
import { claimTurns, nextTurnInMs, type Release, type ReleaseBatch, type Turn } from './send-turns-system.ts';
import type { Step, TakeNext } from './take-next.ts';

/** The lane's name, by which it is rung. */
export const sendLane = 'send';

export type SendLaneDeps = {
  db: Kysely<DB>;
  ids: Pick<Ids, 'random'>;
  clock: Pick<Clock, 'monotonicMs'>;
  logger: Logger;
  alarm: Pick<Alarm, 'ring' | 'onRing'>;
  takeNext: TakeNext;
  release: Pick<ReleaseBatch, 'add'>;
  surely: Surely;
  wakeLater: WakeLater;
  /** After this long another worker takes over a number that one has claimed; 120,000 if unset. */
  leaseMs?: number;
  /** The wait after a number's first failure, doubled with each further one; 2,000 if unset. */
  retryMs?: number;
};

const numbersAtOnce = 512;
/** What the numbers of a backend that hangs may occupy, about; the rest is left to others. */
const numbersPerBackendMax = 128;
/** How long a number goes on before it lets others have its place. */
const turnMs = 5_000;
const waitMsMax = 60_000;
/** Counted no further. */
const failuresMax = 1_000;

/**
 * Sends what waits: one message of a number at a time, whatever the number of processes, so that each number's messages
 * leave in their order; numbers side by side, so that none holds up another.
 */
export function createSendLane(deps: SendLaneDeps): Lane {
  const { db, clock, logger } = deps;
  const stopping = new AbortController();
  const running = new Map<number, number>();

  async function claim(limit: number): Promise<Turn[]> {
    const busyBackends = [...running].flatMap(([id, count]) => (count < numbersPerBackendMax ? [] : [id]));
    const turns = await claimTurns(db, { limit, leaseMs: deps.leaseMs ?? 120_000, busyBackends });
    for (const { backendId } of turns) count(backendId, 1);
    if (turns.length < limit) {
      const nextMs = await nextTurnInMs(db);
      if (nextMs !== undefined) deps.wakeLater(nextMs);
    }
    return turns;
  }

  function count(backendId: number | null, by: 1 | -1): void {
    if (backendId === null) return;
    const before = running.get(backendId) ?? 0;
    if (before + by === 0) running.delete(backendId);
    else running.set(backendId, before + by);
    // Its other numbers were passed over.
    if (by < 0 && before === numbersPerBackendMax) deps.alarm.ring(sendLane);
  }

  async function work(turn: Turn): Promise<void> {
    try {
      await giveBack(await sendInTurn(turn));
    } finally {
      count(turn.backendId, -1);
    }
  }

  async function sendInTurn(turn: Turn): Promise<Release> {
    const endsAtMs = clock.monotonicMs() + turnMs;
    let { failures, waitsFor } = turn;
    for (;;) {
      const step = await stepOf({ ...turn, failures, waitsFor });
      if (step.kind === 'waits') {
        failures = Math.min((step.reason === waitsFor ? failures : 0) + 1, failuresMax);
        waitsFor = step.reason;
        const blockMs = Math.min(waitMsMax, (deps.retryMs ?? 2_000) * 2 ** Math.min(failures - 1, 10));
        // Somewhat less for some, so that not all come at once.
        return { ...turn, failures, waitsFor, blockMs: blockMs * (1 - deps.ids.random() / 5), waitMs: 0 };
      }
      if (step.kind === 'paced') return { ...turn, failures, waitsFor, blockMs: 0, waitMs: step.waitMs };
      failures = 0;
      waitsFor = null;
      if (step.kind === 'idle' || stopping.signal.aborted || clock.monotonicMs() >= endsAtMs)
        return { ...turn, failures, waitsFor, blockMs: 0, waitMs: 0 };
    }
  }

  async function stepOf(turn: Turn): Promise<Step> {
    try {
      return await deps.takeNext(turn, stopping.signal);
    } catch (error) {
      logger.error(
        { event: 'send_turn_failed', phone_number_id: turn.phoneNumberId, err: error },
        'the turn of a phone number failed',
      );
      return { kind: 'waits', reason: 'overload' };
    }
  }

  async function giveBack(release: Release): Promise<void> {
    const { nextMs } = await deps.surely({ phone_number_id: release.phoneNumberId }, () => deps.release.add(release));
    if (nextMs === null) return;
    if (nextMs <= 0) deps.alarm.ring(sendLane);
    else deps.wakeLater(nextMs);
  }

  const lane = createLane<Turn>({
    name: sendLane,
    alarm: deps.alarm,
    logger,
    claim,
    work,
    concurrency: numbersAtOnce,
    batchSize: 64,
  });
  return {
    ...lane,
    [Symbol.asyncDispose]() {
      stopping.abort();
      return lane[Symbol.asyncDispose]();
    },
  };
}
