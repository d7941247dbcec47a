import { describe, expect, test, vi } from 'vitest';
import { createRows, openLane, turn } from './support.ts';

describe('claiming', () => {
  test('rows that are due at the start are worked without a ring', async () => {
    const rows = createRows();
    const done: number[] = [];
    rows.put(1, 2, 3);
    const { lane } = openLane({ claim: rows.claim, work: async (item) => void done.push(item) });
    lane.start();
    await vi.waitFor(() => expect(done).toEqual([1, 2, 3]));
  });

  test('a ring makes it claim, batch after batch, until nothing is due', async () => {
    const rows = createRows();
    const done: number[] = [];
    const { lane, alarm } = openLane({ claim: rows.claim, work: async (item) => void done.push(item) });
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
    const { lane, alarm } = openLane({
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
    const { lane } = openLane({ claim: rows.claim, lookEveryMs: 50, work: async (item) => void done.push(item) });
    lane.start();
    await lane.drained();
    rows.put(1);
    await vi.waitFor(() => expect(done).toEqual([1]));
  });

  test('an idle lane does not claim between its looks', async () => {
    const rows = createRows();
    const { lane } = openLane({ claim: rows.claim });
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
    const { lane, alarm } = openLane({ claim });
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
    const { lane } = openLane({
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
    const { lane } = openLane({
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
    const { lane } = openLane({
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
    const { lane, logs } = openLane({
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
    const { lane } = openLane({
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
