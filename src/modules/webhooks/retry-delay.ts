import type { Schedule } from './endpoint.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Waits after the first failure, the second, and so on; the first attempt is made at once. */
const waits: Readonly<Record<Schedule, { ms: readonly number[]; jitter: number; retryAfterMsMax: number }>> = {
  standard: {
    ms: [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour],
    jitter: 0.2,
    retryAfterMsMax: 10 * hour,
  },
  short: { ms: [second, 3 * second, 7 * second], jitter: 0, retryAfterMsMax: minute },
};

/**
 * Milliseconds until the next attempt, or undefined when the schedule is over.
 * @param failures failed attempts so far, at least 1
 * @param retryAfterMs what the receiver asked for: it may lengthen a wait, up to the schedule's own bound
 * @param random uniform in [0, 1)
 */
export function retryDelayMs(
  schedule: Schedule,
  failures: number,
  retryAfterMs: number | undefined,
  random: number,
): number | undefined {
  const { ms, jitter, retryAfterMsMax } = waits[schedule];
  const wait = ms[failures - 1];
  if (wait === undefined) return undefined;
  const spread = wait * (1 + jitter * (2 * random - 1));
  return Math.max(spread, Math.min(retryAfterMs ?? 0, retryAfterMsMax));
}

/** Reads a Retry-After header, seconds or a date; undefined for anything else. */
export function parseRetryAfter(header: string | string[] | undefined, now: Date): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text) * second;
  const at = /^[A-Za-z]/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
