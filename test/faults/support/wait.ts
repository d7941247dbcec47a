import { setTimeout as delay } from 'node:timers/promises';

export const pause = (ms: number): Promise<void> => delay(ms);

/** Asks until the answer is neither undefined nor false; throws, saying what was waited for, after `withinMs`. */
export async function until<T>(
  what: string,
  withinMs: number,
  ask: () => T | Promise<T>,
  everyMs = 30,
  onTry: (complaint: string) => void = () => {},
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + withinMs;
  let complaint = '';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
      complaint = '';
    } catch (error) {
      complaint = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    onTry(complaint);
    if (performance.now() > end) throw new Error(`waited ${Math.round(withinMs / 1_000)} s for ${what}${complaint}`);
    await delay(everyMs);
  }
}

/** What `work` brings, or undefined after `ms`. */
export async function atMost<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const timer = new AbortController();
  try {
    return await Promise.race([work, delay(ms, undefined, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}

/** Uniform in [min, max]. */
export const between = (min: number, max: number): number => min + Math.random() * (max - min);
