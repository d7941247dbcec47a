import type { BackendFigures } from '../backends/index.ts';
import type { Movable } from './fleet-plan-system.ts';

export type PlannedMove = {
  phoneNumberId: number;
  userId: number;
  from: number;
  to: number;
  reason: MoveReason;
  /** Whether the owner must scan again: it is connected now. */
  needsScan: boolean;
};
export type MoveReason = 'draining' | 'misplaced' | 'uneven';

export type FleetPlan = {
  moves: PlannedMove[];
  /** Numbers that should move and for which no backend has room. */
  unplaced: { phoneNumberId: number; from: number; reason: MoveReason }[];
  /** Load before and after the moves, as (assigned + reserved) / capacity. */
  loads: { backendId: number; before: number; after: number }[];
};

type Pool = Pick<
  BackendFigures,
  'id' | 'state' | 'labels' | 'isolation' | 'dedicatedTo' | 'capacity' | 'assigned' | 'reserved'
>;

/** Loads that differ by less are even: a move costs its owner a scan. */
export const unevenFrom = 0.1;

/**
 * What a rebalance would move: all that is on draining backends, what is on a backend that its user or plan rules out or that was taken out,
 * and from the fullest to the emptiest until their loads differ by less than 0.1. Moves nothing.
 */
export function planMoves(input: {
  backends: readonly Pool[];
  draining: readonly Movable[];
  misplaced: readonly Movable[];
  /** Of active backends, in the order in which they had better move. */
  others: readonly Movable[];
  movesMax: number;
}): FleetPlan {
  const taken = new Map(input.backends.map((backend) => [backend.id, backend.assigned + backend.reserved]));
  const byId = new Map(input.backends.map((backend) => [backend.id, backend]));
  const plan: FleetPlan = { moves: [], unplaced: [], loads: [] };
  const planned = new Set<number>();

  const countOn = (backend: Pool) => taken.get(backend.id) ?? 0;
  const loadOf = (backend: Pool, more = 0) => (countOn(backend) + more) / backend.capacity;
  const targetFor = (number: Movable) =>
    input.backends
      .filter((backend) => backend.id !== number.backendId && backend.state === 'active')
      .filter((backend) => countOn(backend) < backend.capacity && suits(number, backend))
      .sort((a, b) => loadOf(a) - loadOf(b))[0];

  function move(number: Movable, target: Pool, reason: MoveReason): void {
    planned.add(number.id);
    taken.set(number.backendId, (taken.get(number.backendId) ?? 1) - 1);
    taken.set(target.id, countOn(target) + 1);
    const { id: phoneNumberId, userId, backendId: from, isConnected: needsScan } = number;
    plan.moves.push({ phoneNumberId, userId, from, to: target.id, reason, needsScan });
  }

  function moveAll(numbers: readonly Movable[], reason: MoveReason): void {
    for (const number of numbers) {
      if (planned.has(number.id) || plan.moves.length >= input.movesMax) continue;
      const target = targetFor(number);
      if (target === undefined) plan.unplaced.push({ phoneNumberId: number.id, from: number.backendId, reason });
      else move(number, target, reason);
    }
  }

  function even(): void {
    const waiting = Map.groupBy(
      input.others.filter(({ id }) => !planned.has(id)),
      ({ backendId }) => backendId,
    );
    while (plan.moves.length < input.movesMax) {
      const fullest = [...waiting.keys()].flatMap((id) => byId.get(id) ?? []).sort((a, b) => loadOf(b) - loadOf(a))[0];
      if (fullest === undefined) return;
      const numbers = waiting.get(fullest.id) ?? [];
      const next = numbers.shift();
      if (next === undefined) {
        waiting.delete(fullest.id);
        continue;
      }
      const target = targetFor(next);
      if (target === undefined) continue;
      if (loadOf(fullest) - loadOf(target) < unevenFrom || loadOf(fullest, -1) < loadOf(target, 1)) {
        waiting.delete(fullest.id);
        continue;
      }
      move(next, target, 'uneven');
    }
  }

  moveAll(input.draining, 'draining');
  moveAll(input.misplaced, 'misplaced');
  even();
  plan.loads = input.backends.map((backend) => ({
    backendId: backend.id,
    before: (backend.assigned + backend.reserved) / backend.capacity,
    after: loadOf(backend),
  }));
  return plan;
}

function suits(number: Movable, backend: Pool): boolean {
  if (!number.labels.every((label) => backend.labels.includes(label))) return false;
  if (number.isolation !== backend.isolation) return false;
  return backend.isolation === 'shared' || backend.dedicatedTo === null || backend.dedicatedTo === number.userId;
}
