import { describe, expect, test, vi } from 'vitest';
import { createRows, openLane, turn } from './support.ts';

describe('a claim that fails', () => {
  test('is tried again with growing pauses and logged once per outage', async () => {
    const rows = createRows();
    rows.put(1);
    const done: number[] = [];
    const triedAt: number[] = [];
    let isAway = true;
    const { lane, alarm, logs } = openLane({
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
    const { lane } = openLane({
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
    const { lane } = openLane({
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
    const { lane } = openLane({ claim: rows.claim, work: async (item) => void done.push(item) });
    lane.start();
    for (let round = 0; round < 20; round++) {
      rows.put(round);
      await lane.drained();
      expect(done).toHaveLength(round + 1);
    }
  });

  test('rejects when the lane is closed first', async () => {
    const { lane } = openLane({ claim: () => Promise.reject(new Error('no database')) });
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
    const { lane } = openLane({
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
    const { lane } = openLane({ claim, work: async (item) => void done.push(item) });
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
    const { lane, logs } = openLane({
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
    for (const fails of [true, false]) {
      let claims = 0;
      const { lane, alarm } = openLane({
        random: () => 0.999,
        claim: async () => {
          claims++;
          if (fails) throw new Error('no database');
          return [];
        },
      });
      lane.start();
      // After the fourth failure the pause is above 1 s; the next look is a minute away.
      await vi.waitFor(() => {
        if (!fails) alarm.ring('lane');
        expect(claims).toBeGreaterThanOrEqual(4);
      });
      const startedAt = performance.now();
      await lane[Symbol.asyncDispose]();
      expect(performance.now() - startedAt).toBeLessThan(700);
    }
  });

  test('a lane that was never started closes, and stays closed', async () => {
    const rows = createRows();
    const { lane } = openLane({ claim: rows.claim });
    await lane[Symbol.asyncDispose]();
    lane.start();
    await turn();
    expect(rows.claim).not.toHaveBeenCalled();
  });
});
