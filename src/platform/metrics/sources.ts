import type { Gauge } from 'prom-client';
import { within } from '../within.ts';

/** Figures that are read where they stand, because nobody counts them: rows, pools, pictures in memory. */
export type Source = {
  /** Of a fixed few: it is a label. */
  name: string;
  /** Milliseconds that an answer is good for, however often somebody looks. */
  keepMs: number;
  /** Fills the gauges, all at once and at its end. */
  read(): void | Promise<void>;
  /** Emptied where reading fails: what was true a while ago would look as if it still were. */
  gauges: readonly { empty(): void }[];
};

/** Reads sources that are due, side by side; one that is slow or fails holds up no other, and is tried again next time. */
export function createSources(options: { withinMs: number; isUp: Gauge<'source'> }) {
  const states: { source: Source; goodUntil: number; flight: Promise<void> | undefined }[] = [];

  async function read(state: (typeof states)[number]): Promise<void> {
    const { source } = state;
    try {
      await source.read();
      state.goodUntil = performance.now() + source.keepMs;
      options.isUp.set({ source: source.name }, 1);
    } catch {
      empty(source);
    }
  }

  function empty(source: Source): void {
    options.isUp.set({ source: source.name }, 0);
    for (const gauge of source.gauges) gauge.empty();
  }

  return {
    add(source: Source): void {
      states.push({ source, goodUntil: Number.NEGATIVE_INFINITY, flight: undefined });
    },
    async refresh(): Promise<void> {
      const now = performance.now();
      await Promise.all(
        states.map(async (state) => {
          if (state.goodUntil > now && state.flight === undefined) return;
          state.flight ??= read(state).finally(() => {
            state.flight = undefined;
          });
          if (!(await within(options.withinMs, state.flight))) empty(state.source);
        }),
      );
    },
  };
}
