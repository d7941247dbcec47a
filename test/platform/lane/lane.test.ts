import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Alarm } from '../../../src/platform/alarm/alarm.ts';
import { createTimerAlarm } from '../../../src/platform/alarm/timer-alarm.ts';
import { createLane, type Lane, type LaneOptions } from '../../../src/platform/lane/lane.ts';
import { collectLogs } from '../alarm/logs.ts';

type Rows = { due: number[]; put(...items: number[]): void; claim: LaneOptions<number>['claim'] };

/** Rows in memory, claimed in order. */
function createRows(): Rows {
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

function open(setting: Setting): { lane: Lane; alarm: Alarm; logs: ReturnType<typeof collectLogs> } {
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

const turn = (ms = 5) => new Promise((done) => setTimeout(done, ms));

describe('claiming', () => {
  test('rows that are due at the start are worked without a ring', async () => {
    const rows = createRows();
    const done: number[] = [];
    rows.put(1, 2, 3);
    const { lane } = open({ claim: rows.claim, work: async (item) => void done.push(item) });
    lane.start();
    await vi.waitFor(() => expect(done).toEqual([1, 2, 3]));
  });

  test('a ring makes it claim, batch after batch, until nothing is due', async () => {
    const rows = createRows();
    const done: number[] = [];
    const { lane, alarm } = open({ claim: rows.claim, work: async (item) => void done.push(item) });
    lane.start();
    await lane.drained();
    const items = Array.from({ length: 50 }, (_, n) => n);
    rows.put(...items);
    alarm.ring('lane');
    await vi.waitFor(() => expect(done).toEqual(items));
  });

  test('a ring during a claim causes another look', async () => {
    const rows = createRows();
    const done: number[] = [];
    let answer = () => {};
    let claims = 0;
    const { lane, alarm } = open({
      claim: async (limit) => {
        const found = rows.due.splice(0, limit);
        if (++claims === 1) {
          await new Promise<void>((resolve) => {
            answer = resolve;
          });
        }
        return found;
      },
      work: async (item) => void done.push(item),
    });
    lane.start();
    await vi.waitFor(() => expect(claims).toBe(1));
    rows.put(7);
    alarm.ring('lane');
    await turn();
    answer();
    await vi.waitFor(() => expect(done).toEqual([7]));
  });

  test('a lane that nobody rings looks by itself', async () => {
    const rows = createRows();
    const done: number[] = [];
    const { lane } = open({ claim: rows.claim, lookEveryMs: 50, work: async (item) => void done.push(item) });
    lane.start();
    await lane.drained();
    rows.put(1);
    await vi.waitFor(() => expect(done).toEqual([1]));
  });

  test('an idle lane does not claim between its looks', async () => {
    const rows = createRows();
    const { lane } = open({ claim: rows.claim });
    lane.start();
    await lane.drained();
    const before = vi.mocked(rows.claim).mock.calls.length;
    await turn(100);
    expect(rows.claim).toHaveBeenCalledTimes(before);
  });

  test('it never claims twice at a time, and nothing before the start', async () => {
    let claiming = 0;
    let most = 0;
    const claim = vi.fn(async () => {
      most = Math.max(most, ++claiming);
      await turn();
      claiming--;
      return [];
    });
    const { lane, alarm } = open({ claim });
    alarm.ring('lane');
    await turn();
    expect(claim).not.toHaveBeenCalled();
    lane.start();
    lane.start();
    for (let ring = 0; ring < 10; ring++) {
      alarm.ring('lane');
      await turn(2);
    }
    await lane.drained();
    expect(most).toBe(1);
  });
});

describe('working', () => {
  test('no more items run at once than allowed, and no more are claimed than have a place', async () => {
    const rows = createRows();
    rows.put(...Array.from({ length: 40 }, (_, n) => n));
    let running = 0;
    let most = 0;
    const limits: number[] = [];
    const { lane } = open({
      concurrency: 3,
      batchSize: 8,
      claim: async (limit) => {
        limits.push(limit);
        expect(limit).toBeLessThanOrEqual(3 - running);
        return rows.due.splice(0, limit);
      },
      work: async () => {
        most = Math.max(most, ++running);
        await turn(3);
        running--;
      },
    });
    lane.start();
    await lane.drained();
    expect(most).toBe(3);
    expect(Math.min(...limits)).toBeGreaterThan(0);
  });

  test('a slow item does not hold the others up', async () => {
    const rows = createRows();
    rows.put(0, ...Array.from({ length: 30 }, (_, n) => n + 1));
    let finishSlow = () => {};
    let done = 0;
    const { lane } = open({
      claim: rows.claim,
      work: async (item) => {
        if (item === 0) {
          await new Promise<void>((resolve) => {
            finishSlow = resolve;
          });
        } else done++;
      },
    });
    lane.start();
    await vi.waitFor(() => expect(done).toBe(30));
    finishSlow();
    await lane.drained();
  });

  test('items that fill all but one place leave that one to the others', async () => {
    const rows = createRows();
    rows.put(-1, -1, -1, ...Array.from({ length: 10 }, (_, n) => n));
    const finish: (() => void)[] = [];
    let done = 0;
    const { lane } = open({
      concurrency: 16,
      batchSize: 16,
      claim: rows.claim,
      work: async (item) => {
        if (item < 0) await new Promise<void>((resolve) => finish.push(resolve));
        else done++;
      },
    });
    rows.due.unshift(...Array.from({ length: 12 }, () => -1));
    lane.start();
    await vi.waitFor(() => expect(done).toBe(10));
    for (const resolve of finish) resolve();
    await lane.drained();
  });

  test('an item whose work throws is logged and does not stop the others', async () => {
    const rows = createRows();
    rows.put(1, 2, 3);
    const done: number[] = [];
    const { lane, logs } = open({
      claim: rows.claim,
      work: async (item) => {
        if (item === 2) throw new Error('broken item');
        done.push(item);
      },
    });
    lane.start();
    await lane.drained();
    expect(done).toEqual([1, 3]);
    expect(logs.lines).toMatchObject([{ event: 'lane_work_failed', err: { message: 'broken item' } }]);
  });

  test('a lane for batches hands over each claim whole, as many at once as allowed', async () => {
    const rows = createRows();
    rows.put(...Array.from({ length: 10 }, (_, n) => n));
    const batches: number[][] = [];
    let running = 0;
    let most = 0;
    const { lane } = open({
      concurrency: 2,
      batchSize: 4,
      claim: rows.claim,
      workBatch: async (items) => {
        batches.push(items);
        most = Math.max(most, ++running);
        await turn();
        running--;
        if (items[0] === 4) throw new Error('broken batch');
      },
    });
    lane.start();
    await lane.drained();
    expect(batches).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    expect(most).toBe(2);
  });
});

describe('a claim that fails', () => {
  test('is tried again with growing pauses and logged once per outage', async () => {
    const rows = createRows();
    rows.put(1);
    const done: number[] = [];
    const triedAt: number[] = [];
    let isAway = true;
    const { lane, alarm, logs } = open({
      random: () => 0.5,
      claim: async (limit) => {
        if (!isAway) return rows.due.splice(0, limit);
        triedAt.push(performance.now());
        throw new Error('no database');
      },
      work: async (item) => void done.push(item),
    });
    lane.start();
    await vi.waitFor(
      () => {
        alarm.ring('lane');
        expect(triedAt).toHaveLength(4);
      },
      { timeout: 5_000, interval: 20 },
    );
    const pauses = triedAt.slice(1).map((at, n) => at - (triedAt[n] ?? 0));
    for (const [n, least] of [145, 295, 595].entries()) expect(pauses[n]).toBeGreaterThan(least);
    expect(logs.events()).toEqual(['lane_claim_failed']);
    isAway = false;
    await vi.waitFor(() => expect(done).toEqual([1]), { timeout: 5_000 });
    expect(logs.events()).toEqual(['lane_claim_failed', 'lane_recovered']);
    isAway = true;
    alarm.ring('lane');
    await vi.waitFor(() => expect(logs.events()).toHaveLength(3));
  });

  test('may throw before its first await', async () => {
    let tries = 0;
    const { lane } = open({
      claim: () => {
        if (++tries === 1) throw new Error('at once');
        return Promise.resolve([]);
      },
    });
    lane.start();
    await vi.waitFor(() => expect(tries).toBeGreaterThan(1));
  });
});

describe('drained', () => {
  test('waits for running work and for the rows that it leaves', async () => {
    const rows = createRows();
    rows.put(3);
    const done: number[] = [];
    const { lane } = open({
      claim: rows.claim,
      work: async (item) => {
        await turn(10);
        if (item > 0) rows.put(item - 1);
        done.push(item);
      },
    });
    lane.start();
    await lane.drained();
    expect(done).toEqual([3, 2, 1, 0]);
  });

  test('sees rows that were put just before the call', async () => {
    const rows = createRows();
    const done: number[] = [];
    const { lane } = open({ claim: rows.claim, work: async (item) => void done.push(item) });
    lane.start();
    for (let round = 0; round < 20; round++) {
      rows.put(round);
      await lane.drained();
      expect(done).toHaveLength(round + 1);
    }
  });

  test('rejects when the lane is closed first', async () => {
    const { lane } = open({ claim: () => Promise.reject(new Error('no database')) });
    lane.start();
    const drained = lane.drained();
    drained.catch(() => {});
    await lane[Symbol.asyncDispose]();
    await expect(drained).rejects.toThrow('closed');
    await expect(lane.drained()).rejects.toThrow('closed');
  });
});

describe('closing in the middle', () => {
  test('stops claiming and waits for what runs', async () => {
    const rows = createRows();
    rows.put(...Array.from({ length: 100 }, (_, n) => n));
    let begun = 0;
    let ended = 0;
    const { lane } = open({
      claim: rows.claim,
      work: async () => {
        begun++;
        await turn(30);
        ended++;
      },
    });
    lane.start();
    await vi.waitFor(() => expect(begun).toBeGreaterThan(0));
    await lane[Symbol.asyncDispose]();
    expect(ended).toBe(begun);
    const left = rows.due.length;
    expect(left).toBeGreaterThan(80);
    await turn(50);
    expect(rows.due).toHaveLength(left);
  });

  test('works what a claim on the way still brings', async () => {
    let answer = (_items: number[]) => {};
    const done: number[] = [];
    const claim = vi.fn(
      () =>
        new Promise<number[]>((resolve) => {
          answer = resolve;
        }),
    );
    const { lane } = open({ claim, work: async (item) => void done.push(item) });
    lane.start();
    const closed = lane[Symbol.asyncDispose]();
    answer([1, 2]);
    await closed;
    expect(done).toEqual([1, 2]);
    expect(claim).toHaveBeenCalledTimes(1);
  });

  test('does not wait longer than it may, and leaves a claim that comes later to its lease', async () => {
    const rows = createRows();
    rows.put(1);
    let answer = (_items: number[]) => {};
    const worked: number[] = [];
    let claims = 0;
    const { lane, logs } = open({
      closeWithinMs: 50,
      claim: (limit) => {
        if (++claims === 1) return rows.claim(limit);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
      work: async (item) => {
        worked.push(item);
        await new Promise(() => {});
      },
    });
    lane.start();
    await vi.waitFor(() => expect(claims).toBe(2));
    const startedAt = performance.now();
    await lane[Symbol.asyncDispose]();
    expect(performance.now() - startedAt).toBeLessThan(500);
    answer([2]);
    await turn();
    expect(worked).toEqual([1]);
    expect(logs.events()).toEqual(['lane_work_left']);
  });

  test('ends the pause after a failed claim, and the wait for the next look, at once', async () => {
    for (const claim of [() => Promise.reject(new Error('no database')), async () => []]) {
      const { lane } = open({ claim });
      lane.start();
      await turn(20);
      const startedAt = performance.now();
      await lane[Symbol.asyncDispose]();
      expect(performance.now() - startedAt).toBeLessThan(50);
    }
  });

  test('a lane that was never started closes, and stays closed', async () => {
    const rows = createRows();
    const { lane } = open({ claim: rows.claim });
    await lane[Symbol.asyncDispose]();
    lane.start();
    await turn();
    expect(rows.claim).not.toHaveBeenCalled();
  });
});
