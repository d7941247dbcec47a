/** Wakes after `ms`; longer waits than 15 s are left to whoever looks from time to time. */
export type WakeLater = (ms: number) => void;

const slotMs = 50;
const msMax = 15_000;

/** One timer for all that become due in the same 50 ms, which fires at their end. */
export function createWakeLater(wake: () => void): { wakeLater: WakeLater; close(): void } {
  const timers = new Map<number, NodeJS.Timeout>();
  return {
    wakeLater(ms) {
      if (ms > msMax) return;
      const dueAtMs = performance.now() + ms;
      const slot = Math.ceil(dueAtMs / slotMs);
      if (timers.has(slot)) return;
      const timer = setTimeout(
        () => {
          timers.delete(slot);
          wake();
        },
        slot * slotMs - performance.now(),
      );
      timers.set(slot, timer.unref());
    },
    close() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
