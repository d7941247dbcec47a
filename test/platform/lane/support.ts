import { afterEach, vi } from 'vitest';
import type { Alarm } from '../../../src/platform/alarm/alarm.ts';
import { createTimerAlarm } from '../../../src/platform/alarm/timer-alarm.ts';
import { createLane, type Lane, type LaneOptions } from '../../../src/platform/lane/lane.ts';
import { collectLogs } from '../alarm/logs.ts';

type Rows = { due: number[]; put(...items: number[]): void; claim: LaneOptions<number>['claim'] };

/** Rows in memory, claimed in order. */
export function createRows(): Rows {
  const due: number[] = [];
  return {
    due,
    put: (...items) => void due.push(...items),
    claim: vi.fn(async (limit: number) => due.splice(0, limit)),
  };
}

const closers: AsyncDisposable[] = [];
afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer[Symbol.asyncDispose]();
});

type Setting = Partial<LaneOptions<number>> & Pick<LaneOptions<number>, 'claim'>;

export function openLane(setting: Setting): { lane: Lane; alarm: Alarm; logs: ReturnType<typeof collectLogs> } {
  const logs = collectLogs();
  const alarm = createTimerAlarm({ logger: logs.logger });
  const work = setting.workBatch === undefined ? { work: async () => {} } : {};
  const lane = createLane<number>({
    name: 'lane',
    alarm,
    logger: logs.logger,
    concurrency: 4,
    batchSize: 4,
    lookEveryMs: 60_000,
    ...work,
    ...setting,
  } as LaneOptions<number>);
  closers.push(alarm, lane);
  return { lane, alarm, logs };
}

export const turn = (ms = 5) => new Promise((done) => setTimeout(done, ms));
