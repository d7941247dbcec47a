import type { Kysely } from 'kysely';
import type { DB } from '../../../schema.ts';
import { readStates, type WatchedNumber } from './connection-system.ts';

export type NumberWatch = ReturnType<typeof createNumberWatch>;

type Waiter = {
  id: number;
  isEnough(state: WatchedNumber): boolean;
  endsAt: number;
  resolve(state: WatchedNumber | undefined): void;
};

/**
 * Waits for numbers to change, whichever process applies the backend's call: one query for all who wait, every
 * `lookEveryMs`, and none while nobody waits.
 */
export function createNumberWatch(deps: { db: Kysely<DB>; lookEveryMs?: number }) {
  const lookEveryMs = deps.lookEveryMs ?? 40;
  const waiters = new Set<Waiter>();
  let timer: NodeJS.Timeout | undefined;

  function schedule(): void {
    if (timer !== undefined || waiters.size === 0) return;
    timer = setTimeout(() => {
      void look().finally(() => {
        timer = undefined;
        schedule();
      });
    }, lookEveryMs);
  }

  async function look(): Promise<void> {
    const ids = [...new Set([...waiters].map((waiter) => waiter.id))];
    // Without the database nothing can be told; the waiters' own deadlines end the wait.
    const states = await readStates(deps.db, ids).catch(() => []);
    const byId = new Map(states.map((state) => [state.id, state]));
    for (const waiter of waiters) {
      const state = byId.get(waiter.id);
      if (state !== undefined && waiter.isEnough(state)) finish(waiter, state);
      else if (performance.now() >= waiter.endsAt) finish(waiter, undefined);
    }
  }

  function finish(waiter: Waiter, state: WatchedNumber | undefined): void {
    waiters.delete(waiter);
    waiter.resolve(state);
  }

  return {
    /** Resolves with the first state that is enough; undefined when `withinMs` went by or `signal` ended the wait. */
    until(
      id: number,
      isEnough: (state: WatchedNumber) => boolean,
      options: { withinMs: number; signal?: AbortSignal },
    ): Promise<WatchedNumber | undefined> {
      return new Promise((resolve) => {
        const waiter: Waiter = { id, isEnough, endsAt: performance.now() + options.withinMs, resolve };
        waiters.add(waiter);
        if (options.signal?.aborted === true) return finish(waiter, undefined);
        options.signal?.addEventListener('abort', () => finish(waiter, undefined), { once: true });
        schedule();
      });
    },
  };
}
