import { expect, test } from 'vitest';
import type { Movable } from '../../../src/modules/admin/fleet-plan-system.ts';
import { planMoves } from '../../../src/modules/admin/plan-moves.ts';

type Pool = Parameters<typeof planMoves>[0]['backends'][number];

const backend = (id: number, assigned: number, more: Partial<Pool> = {}): Pool => ({
  id,
  state: 'active',
  labels: [],
  isolation: 'shared',
  dedicatedTo: null,
  capacity: 10,
  assigned,
  reserved: 0,
  ...more,
});
const numbers = (backendId: number, count: number, more: Partial<Movable> = {}): Movable[] =>
  Array.from({ length: count }, (_, n) => ({
    id: backendId * 100 + n,
    userId: 1,
    backendId,
    isConnected: true,
    labels: [],
    isolation: 'shared' as const,
    ...more,
  }));
const nothing = { draining: [], misplaced: [], others: [], movesMax: 100 };

test('a draining backend is emptied onto the least loaded, and what finds no room is named', () => {
  const plan = planMoves({
    ...nothing,
    backends: [backend(1, 4, { state: 'draining' }), backend(2, 8), backend(3, 9)],
    draining: numbers(1, 4),
  });
  expect(plan.moves.map(({ to, reason }) => [to, reason])).toEqual([
    [2, 'draining'],
    [2, 'draining'],
    [3, 'draining'],
  ]);
  expect(plan.unplaced).toEqual([{ phoneNumberId: 103, from: 1, reason: 'draining' }]);
  expect(plan.loads).toEqual([
    { backendId: 1, before: 0.4, after: 0.1 },
    { backendId: 2, before: 0.8, after: 1 },
    { backendId: 3, before: 0.9, after: 1 },
  ]);
});

test('loads are evened out no further than they must, and even ones are left alone', () => {
  const uneven = planMoves({ ...nothing, backends: [backend(1, 10), backend(2, 0)], others: numbers(1, 10) });
  expect(uneven.moves).toHaveLength(5);
  expect(uneven.moves.every(({ from, to, reason }) => from === 1 && to === 2 && reason === 'uneven')).toBe(true);
  const even = planMoves({
    ...nothing,
    backends: [backend(1, 52, { capacity: 100 }), backend(2, 48, { capacity: 100 })],
    others: numbers(1, 52),
  });
  expect(even.moves).toEqual([]);
});

test('labels and isolation hold for moves as well, and no more are shown than asked for', () => {
  const labelled = numbers(1, 3, { labels: ['region=br'] });
  const plan = planMoves({
    ...nothing,
    backends: [backend(1, 3), backend(2, 0), backend(3, 5, { labels: ['region=br'] })],
    misplaced: labelled,
    movesMax: 2,
  });
  expect(plan.moves.map(({ to }) => to)).toEqual([3, 3]);
  const lonely = planMoves({
    ...nothing,
    backends: [
      backend(1, 1),
      backend(2, 0, { isolation: 'dedicated', dedicatedTo: 9 }),
      backend(3, 0, { isolation: 'dedicated' }),
    ],
    misplaced: numbers(1, 1, { isolation: 'dedicated' }),
  });
  expect(lonely.moves.map(({ to }) => to)).toEqual([3]);
});

test('backends that are not active take nothing', () => {
  const plan = planMoves({
    ...nothing,
    backends: [
      backend(1, 2, { state: 'draining' }),
      backend(2, 0, { state: 'cordoned' }),
      backend(3, 0, { state: 'down' }),
    ],
    draining: numbers(1, 2),
  });
  expect(plan.moves).toEqual([]);
  expect(plan.unplaced).toHaveLength(2);
});
