import type { Logger } from '../logger.ts';

export type Listeners = {
  add(name: string, wake: () => void): void;
  has(name: string): boolean;
  names(): Iterable<string>;
  /** Calls the listeners of `name` in the next turn of the event loop; rings of one turn share the call. */
  wake(name: string): void;
  close(): void;
};

/** Who listens in this process. */
export function createListeners(deps: { logger: Logger }): Listeners {
  const wakes = new Map<string, (() => void)[]>();
  const rung = new Set<string>();
  let turn: NodeJS.Immediate | undefined;

  function wakeRung(): void {
    turn = undefined;
    const names = [...rung];
    rung.clear();
    for (const name of names) for (const wake of wakes.get(name) ?? []) call(name, wake);
  }

  function call(name: string, wake: () => void): void {
    try {
      wake();
    } catch (error) {
      deps.logger.error({ event: 'wake_failed', alarm: name, err: error }, 'wake failed');
    }
  }

  return {
    add(name, wake) {
      wakes.set(name, [...(wakes.get(name) ?? []), wake]);
    },
    has: (name) => wakes.has(name),
    names: () => wakes.keys(),
    wake(name) {
      if (!wakes.has(name)) return;
      rung.add(name);
      turn ??= setImmediate(wakeRung);
    },
    close() {
      clearImmediate(turn);
      rung.clear();
      wakes.clear();
    },
  };
}
