import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { answerOf, api } from '../../../api/client.ts';
import { ApiError } from '../../../api/errors.ts';
import type { PlannedMove } from '../types.ts';

export type MovesRun = {
  total: number;
  moved: number;
  /** The former backend has not said yet that the number is gone there; they go on by themselves. */
  moving: number;
  failed: { phoneNumberId: number; error: unknown }[];
  isOver: boolean;
};

/** Moves numbers one after another; what is ordered goes on, what is not ends with the page. */
export function useMoves() {
  const queries = useQueryClient();
  const [run, setRun] = useState<MovesRun>();
  const isStopped = useRef(false);
  useEffect(
    () => () => {
      isStopped.current = true;
    },
    [],
  );
  async function start(moves: readonly PlannedMove[]) {
    isStopped.current = false;
    let now: MovesRun = { total: moves.length, moved: 0, moving: 0, failed: [], isOver: false };
    const show = (change: Partial<MovesRun>) => {
      now = { ...now, ...change };
      setRun(now);
    };
    show({});
    for (const move of moves) {
      if (isStopped.current) break;
      try {
        const outcome = await moveOne(move);
        show(outcome === 'moved' ? { moved: now.moved + 1 } : { moving: now.moving + 1 });
      } catch (error) {
        show({ failed: [...now.failed, { phoneNumberId: move.phone_number_id, error }] });
      }
    }
    show({ isOver: true });
    await queries.invalidateQueries({ queryKey: ['fleet'] });
  }
  return {
    run,
    isRunning: run !== undefined && !run.isOver,
    start,
    stop: () => {
      isStopped.current = true;
    },
  };
}

async function moveOne(move: PlannedMove): Promise<'moved' | 'moving'> {
  const order = () =>
    answerOf(
      api.POST('/api/admin/phone-numbers/{id}/move', {
        params: { path: { id: move.phone_number_id } },
        body: { backend_id: move.to_backend_id },
      }),
    );
  for (;;) {
    try {
      return (await order()).outcome;
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'rate_limited') throw error;
      // Too many calls a minute: the rest waits its turn.
      await new Promise((resolve) => setTimeout(resolve, (error.retryAfterSeconds ?? 5) * 1_000));
    }
  }
}
