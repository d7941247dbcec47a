/** Timers that end together, so that a closed or restarted sandbox leaves nothing behind. */
export type Timers = {
  after(milliseconds: number, work: () => void): void;
  wait(milliseconds: number): Promise<void>;
  /** Forgets every pending timer; pending waits never return. */
  clear(): void;
};

export function createTimers(): Timers {
  const pending = new Set<NodeJS.Timeout>();

  function after(milliseconds: number, work: () => void): void {
    const timer = setTimeout(
      () => {
        pending.delete(timer);
        work();
      },
      Math.max(0, milliseconds),
    );
    pending.add(timer);
  }

  return {
    after,
    wait: (milliseconds) => new Promise((resolve) => after(milliseconds, resolve)),
    clear() {
      for (const timer of pending) clearTimeout(timer);
      pending.clear();
    },
  };
}
